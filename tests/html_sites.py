# ruff: noqa: E501 (a line of markup is longer than a line of code)
"""Pages in the manners of many generators, each with what a reader would say that it holds.

Everything on them is invented. A page is made from the same few posts, so that what differs is the markup alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """What a page should be found to hold at one place; None where nothing is expected of a field."""

    body: str
    title: str | None = None
    author: str | None = None
    date: str | None = None


TITLES = ("A walk along the canal", "On sharpening pencils", "Why I left the choir", "Three kinds of silence", "Soup")
BODIES = (
    "The water was low and the path was dry, so we went further than we had planned to go that day.",
    "A knife does it better than any machine, provided that the knife is sharp and the hand is calm.",
    "It rained for nine days. On the tenth the frogs came, and with the frogs the two white storks.",
    "There is the silence before a question, the silence after it, and the one that is an answer.",
    "Take what the garden gives you, and take your time with it; the pot will wait, and so will they.",
)
MORE = (
    "Nobody had told us that the lock keeper sells plums in August.",
    "My grandfather kept the shavings in a tin beside the stove.",
    "I have not sung in company since, and I do not miss it much.",
    "The dog knows a fourth kind, but she is not telling.",
    "Salt comes last.",
)
DAYS = ("12 March 2011", "3 March 2011", "27 February 2011", "1 February 2011", "9 January 2011")
US_DAYS = ("March 12, 2011", "March 3, 2011", "February 27, 2011", "February 1, 2011", "January 9, 2011")
ISO = ("2011-03-12", "2011-03-03", "2011-02-27", "2011-02-01", "2011-01-09")
NAMES = ("otter", "wren", "otter", "moth", "heron")
WHOLE = tuple(f"{body}\n\n{more}" for body, more in zip(BODIES, MORE, strict=True))


def each(template: str) -> list[str]:
    """Fill a template for each post."""
    return [
        template.format(n=n + 1, title=TITLES[n], body=BODIES[n], more=MORE[n], day=DAYS[n], us=US_DAYS[n],
                        iso=ISO[n], name=NAMES[n], hash=f"x{(n * 7919 + 13) % 4096:03x}q")
        for n in range(len(TITLES))
    ]  # fmt: skip


def listing(template: str) -> str:
    """Fill a template for each post, one after the other."""
    return "\n".join(each(template))


def document(body: str, head: str = "", attributes: str = "") -> str:
    """Make a whole document."""
    return f"<!DOCTYPE html><html><head><title>Slow notes</title>{head}</head><body{attributes}>{body}</body></html>"


def entries(
    bodies: Sequence[str] = WHOLE,
    titles: Sequence[str | None] = TITLES,
    dates: Sequence[str | None] = DAYS,
    authors: Sequence[str | None] = (None,) * 5,
) -> list[Entry]:
    """List what is expected of a page."""
    return [Entry(*row) for row in zip(bodies, titles, authors, dates, strict=True)]


NONE = (None,) * 5
HEADER = '<header><h1><a href="/">Slow notes</a></h1><p>Written between meals</p></header>'
MENU = '<ul><li><a href="/">Home</a></li><li><a href="/about">About</a></li><li><a href="/feed">Feed</a></li></ul>'
FOOT = "<div>Copyright Slow notes. All rights are left as found.</div>"


def _blogger_old() -> str:
    post = """<h2 class="date-header">{day}</h2><div class="post"><a name="8{n}"></a><h3 class="post-title">
    <a href="http://slow.example/2011/0{n}.html">{title}</a></h3><div class="post-body"><p><div style="clear:both;"></div>
    {body}<br /><br />{more}<div style="clear:both; padding-bottom:0.25em"></div></p></div><p class="post-footer">
    <em>posted by otter at <a href="http://slow.example/2011/0{n}.html" title="permanent link">9:0{n} AM</a></em>
    <a class="comment-link" href="https://c.example/c?p={n}">{n} comments</a></p></div>"""
    side = '<div id="sidebar"><h2>About Me</h2><p>I live near a canal.</p><h2>Archives</h2><ul><li><a href=/a>March 2011</a></li><li><a href=/b>February 2011</a></li></ul></div>'
    return document(f'<div id="header"><h1>Slow notes</h1></div><div id="main">{listing(post)}</div>{side}{FOOT}')


def _blogger_new() -> str:
    post = """<div class='date-outer'><h2 class='date-header'><span>{day}</span></h2><div class='date-posts'>
    <div class='post-outer'><div class='post hentry' itemscope itemtype='http://schema.org/BlogPosting'>
    <a name='55{n}'></a><h3 class='post-title entry-title' itemprop='name'><a href='http://slow.example/{n}.html'>{title}</a></h3>
    <div class='post-body entry-content' id='post-body-55{n}'><p>{body}</p><p>{more}</p><div style='clear: both;'></div></div>
    <div class='post-footer'><div class='post-footer-line'><span class='post-author vcard'>Posted by
    <span class='fn'><a href='http://p.example/profile/7' rel='author'><span itemprop='name'>Ida Roth</span></a></span></span>
    <span class='post-timestamp'>at <a class='timestamp-link' href='http://slow.example/{n}.html'>
    <abbr class='published' title='{iso}T09:0{n}:00Z'>9:0{n} AM</abbr></a></span>
    <span class='post-comment-link'><a class='comment-link' href='#'>No comments:</a></span></div>
    <div class='post-share-buttons'><a href='#'>Email This</a><a href='#'>BlogThis!</a></div></div></div></div></div></div>"""
    return document(
        f"<div class='blog-posts'>{listing(post)}</div><div class='blog-pager'><a href=/2>Older Posts</a></div>"
    )


def _ghost() -> str:
    post = """<article class="post-card post tag-a{n}"><a class="post-card-image-link" href="/p{n}/"><img src=x></a>
    <div class="post-card-content"><a class="post-card-content-link" href="/p{n}/"><header class="post-card-header">
    <div class="post-card-primary-tag">Days</div><h2 class="post-card-title">{title}</h2></header>
    <section class="post-card-excerpt"><p>{body}</p></section></a><footer class="post-card-meta"><ul class="author-list">
    <li class="author-list-item"><a href="/author/ida/">Ida Roth</a></li></ul>
    <span class="post-card-byline-date"><time datetime="{iso}">{day}</time> <span>• 2 min read</span></span></footer></div></article>"""
    return document(f'{HEADER}<main><div class="post-feed">{listing(post)}</div></main>{FOOT}')


def _hugo() -> str:
    post = """<div class="summary"><h1 class="title is-4"><a href="/posts/{n}/">{title}</a></h1><h2 class="subtitle is-6">{us}</h2>
    <div class="content">{body}<a class="button is-link" href="/posts/{n}/">Read more →</a></div></div>"""
    return document(f"<nav>{MENU}</nav><section>{listing(post)}</section>{FOOT}")


def _jekyll() -> str:
    post = """<li><span class="post-meta">{us}</span><h3><a class="post-link" href="/{n}.html">{title}</a></h3><p>{body}</p></li>"""
    return document(
        f'<header class="site-header">{MENU}</header><main><h2>Posts</h2><ul class="post-list">{listing(post)}</ul></main>{FOOT}'
    )


def _hashed() -> str:
    post = """<div class="ab cd {hash}"><div class="l {hash}1"><div class="ef"><a class="ag ah" href="/@ida"><p class="be b">Ida Roth</p></a></div>
    <div class="gh ij"><a class="af ag" href="/{n}-abc"><h2 class="kl {hash}">{title}</h2><div class="mn"><p class="be ck">{body}</p></div></a></div>
    <div class="op"><span class="qr">{us}</span><span>·</span><span>3 min read</span><button>Save</button></div></div></div>"""
    return document(f"<div class=r>{MENU}</div><div class=s><div>{listing(post)}</div></div>{FOOT}")


def _archive() -> str:
    post = """<div class="portable-archive-post"><div class="content"><a href="https://s.example/p/{n}" class="title">{title}</a>
    <a href="https://s.example/p/{n}" class="description">{body}</a><div class="meta"><time datetime="{iso}T10:00:00.000Z">{us}</time>
    <span>•</span><a href="https://s.example/@ida">Ida Roth</a></div></div></div>"""
    return document(f"<div>{MENU}</div><div class=archive>{listing(post)}</div>{FOOT}")


def _tumblr_old() -> str:
    post = """<div class="post text"><div class="info"><a href="http://t.example/post/{n}">{us}</a> <a href="/n">{n}3 notes</a></div>
    <h2 class="title"><a href="http://t.example/post/{n}">{title}</a></h2><div class="copy"><p>{body}</p><p>{more}</p></div>
    <div class="tags"><a href="/tagged/water">#water</a> <a href="/tagged/days">#days</a></div></div>"""
    return document(
        f"<div id=top><h1><a href=/>Slow notes</a></h1></div>{listing(post)}<div id=nav><a href=/page/2>Next</a></div>"
    )


def _drupal() -> str:
    post = """<div id="node-{n}" class="node node-blog node-teaser clearfix"><h2><a href="/node/{n}">{title}</a></h2>
    <div class="meta submitted"><span>Submitted by <a href="/user/7" class="username">ida</a> on {day} - 09:0{n}</span></div>
    <div class="content clearfix"><div class="field field-name-body"><div class="field-items"><div class="field-item even"><p>{body}</p></div></div></div></div>
    <div class="link-wrapper"><ul class="links inline"><li class="node-readmore first"><a href="/node/{n}">Read more</a></li>
    <li class="comment-add last"><a href="/user/login">Log in to post comments</a></li></ul></div></div>"""
    return document(f'{HEADER}<div id="content"><div class="block">{listing(post)}</div></div>{FOOT}')


def _typepad() -> str:
    post = """<h2 class="date-header">{us}</h2><div class="entry" id="entry-6a{n}"><h3 class="entry-header"><a href="/{n}.html">{title}</a></h3>
    <div class="entry-content"><div class="entry-body"><p>{body}</p><p>{more}</p></div></div><div class="entry-footer">
    <p class="entry-footer-info"><span class="post-footers">Posted by Ida Roth at 09:0{n} AM</span> | <a class="permalink" href="/{n}.html">Permalink</a>
    | <a href="/{n}.html#comments">Comments (0)</a></p></div></div>"""
    return document(
        f'<div id="alpha">{listing(post)}</div><div id="beta"><h2>Recent</h2><ul><li><a href=/1>{TITLES[0]}</a></li></ul></div>'
    )


def _livejournal() -> str:
    post = """<table width="100%"><tr><td><img src=x><br><b><a href="/users/ida">ida</a></b></td><td><b>{us}</b> <i>[09:0{n} am]</i></td></tr>
    <tr><td>[<a href="/l/{n}">Link</a>]</td><td><b>{title}</b><br><div>{body}<br><br>{more}</div></td></tr>
    <tr><td colspan=2 align=right>(<a href="/{n}.html">Leave a comment</a>)</td></tr></table>"""
    return document(f"<h1>ida</h1>{listing(post)}{FOOT}")


def _wp_blocks() -> str:
    post = """<li class="wp-block-post post-{n} post type-post"><div class="wp-block-group"><h2 class="wp-block-post-title">
    <a href="https://w.example/{n}/" target="_self">{title}</a></h2><div class="wp-block-post-date"><time datetime="{iso}T08:00:00+00:00">
    <a href="https://w.example/{n}/">{us}</a></time></div><div class="wp-block-post-author-name"><a href="/author/ida">Ida Roth</a></div>
    <div class="entry-content wp-block-post-content"><p>{body}</p><p>{more}</p></div></div></li>"""
    return document(
        f'<header>{MENU}</header><main><ul class="wp-block-post-template">{listing(post)}</ul></main>{FOOT}'
    )


def _h_feed() -> str:
    post = """<section class="h-entry"><h3 class="p-name"><a class="u-url" href="/{n}">{title}</a></h3><div class="e-content"><p>{body}</p><p>{more}</p></div>
    <footer>by <a class="p-author h-card" href="/">Ida Roth</a>, <time class="dt-published" datetime="{iso}">{day}</time></footer></section>"""
    return document(f'<main class="h-feed"><h1 class="p-name">Slow notes</h1>{listing(post)}</main>{FOOT}')


def _flat() -> str:
    post = '<h2><a href="#p{n}">{title}</a></h2><p><i>{day}</i></p><p>{body}</p><p>{more}</p>'
    return document(f"<h1>Slow notes</h1>{listing(post)}<hr><p><a href=/old>Older</a></p>")


def _flat_plain() -> str:
    post = "<h3>{title}</h3><p class=date>{day}</p><p>{body}</p><p>{more}</p><hr>"
    return document(f"<h1>Slow notes</h1><p><a href=/>Home</a> | <a href=/me>Me</a></p>{listing(post)}")


def _definitions() -> str:
    post = '<dt><a href="/{n}">{title}</a> <small>{day}</small></dt><dd><p>{body}</p><p>{more}</p></dd>'
    return document(f"<h1>Slow notes</h1><dl>{listing(post)}</dl>{FOOT}")


def _featured() -> str:
    slide = '<div class="slide"><a href="/{n}"><img src=x></a><h2><a href="/{n}">{title}</a></h2></div>'
    post = '<div class="item"><h2><a href="/{n}">{title}</a></h2><span class="when">{us}</span><div class="txt"><p>{body}</p><p>{more}</p></div></div>'
    slider = f'<div class="slider">{"".join(each(slide)[:3])}</div>'
    return document(f"{HEADER}{slider}<div>{listing(post)}</div>{FOOT}")


def _fragment() -> str:
    return listing(
        '<article class="loop"><h2><a href="/{n}">{title}</a></h2><time datetime="{iso}">{day}</time><p>{body}</p><p>{more}</p></article>'
    )


def _microdata() -> str:
    post = """<div itemprop="blogPost" itemscope itemtype="https://schema.org/BlogPosting"><h2 itemprop="headline"><a itemprop="url" href="/{n}">{title}</a></h2>
    <meta itemprop="datePublished" content="{iso}"><span itemprop="author" itemscope itemtype="https://schema.org/Person"><span itemprop="name">Ida Roth</span></span>
    <div itemprop="articleBody"><p>{body}</p><p>{more}</p></div></div>"""
    return document(f'<div itemscope itemtype="https://schema.org/Blog">{listing(post)}</div>{FOOT}')


def _linked_data() -> str:
    rows = each(
        '{{"@type":"BlogPosting","headline":"{title}","url":"/{n}","datePublished":"{iso}","author":{{"@type":"Person","name":"Ida Roth"}}}}'
    )
    data = f'<script type="application/ld+json">{{"@context":"https://schema.org","@type":"Blog","blogPost":[{",".join(rows)}]}}</script>'
    post = '<div><h2><a href="/{n}">{title}</a></h2><div><p>{body}</p><p>{more}</p></div></div>'
    return document(f"{HEADER}<div>{listing(post)}</div>{FOOT}", data)


def _amp() -> str:
    post = """<article class="amp-wp-article"><header class="amp-wp-article-header"><h2 class="amp-wp-title"><a href="/{n}/amp">{title}</a></h2>
    <div class="amp-wp-meta amp-wp-posted-on"><time datetime="{iso}">{day}</time></div></header><div class="amp-wp-article-content">
    <amp-img src=x width=1 height=1></amp-img><p>{body}</p><p>{more}</p></div></article>"""
    return document(f"<amp-sidebar>{MENU}</amp-sidebar>{listing(post)}{FOOT}", attributes=" class=body")


LISTINGS: dict[str, tuple[str, list[Entry]]] = {
    "date heading above, no container of its own": (_blogger_old(), entries()),
    "date heading in an outer container": (_blogger_new(), entries(dates=[f"{iso}T09:0{n}:00Z" for n, iso in enumerate(ISO, 1)], authors=["Ida Roth"] * 5)),
    "cards whose link holds heading and excerpt": (_ghost(), entries(BODIES, dates=ISO, authors=["Ida Roth"] * 5)),
    "date as a heading below the title": (_hugo(), entries(BODIES, dates=US_DAYS)),
    "items of a list, date above": (_jekyll(), entries(BODIES, dates=US_DAYS)),
    "hashed class names": (_hashed(), entries(BODIES, dates=US_DAYS, authors=["Ida Roth"] * 5)),
    "archive of links without headings": (_archive(), entries(BODIES, dates=[f"{iso}T10:00:00.000Z" for iso in ISO], authors=["Ida Roth"] * 5)),
    "date above the heading, tags below": (_tumblr_old(), entries(dates=US_DAYS)),
    "teasers with a line of links": (_drupal(), entries(BODIES, authors=["ida"] * 5)),
    "date heading as sibling of its post": (_typepad(), entries(dates=US_DAYS)),
    "a table for each post": (_livejournal(), entries(dates=US_DAYS, authors=["ida"] * 5)),
    "blocks in a list": (_wp_blocks(), entries(dates=[f"{iso}T08:00:00+00:00" for iso in ISO], authors=["Ida Roth"] * 5)),
    "microformats": (_h_feed(), entries(dates=ISO, authors=["Ida Roth"] * 5)),
    "headings as siblings, linked to themselves": (_flat(), entries()),
    "headings as siblings, without links": (_flat_plain(), entries()),
    "definition list": (_definitions(), entries()),
    "a slider above the posts": (_featured(), entries(dates=US_DAYS)),
    "a fragment of a page": (_fragment(), entries(dates=ISO)),
    "microdata": (_microdata(), entries(dates=ISO, authors=["Ida Roth"] * 5)),
    "linked data beside the posts": (_linked_data(), entries(dates=ISO, authors=["Ida Roth"] * 5)),
    "elements that no standard knows": (_amp(), entries(dates=ISO)),
}  # fmt: skip


def _discourse() -> str:
    post = """<div id='post_{n}' itemprop='comment' itemscope itemtype='http://schema.org/Comment' class='topic-body crawler-post'>
    <div class='crawler-post-meta'><span class="creator" itemprop="author" itemscope itemtype="http://schema.org/Person">
    <a itemprop="url" href='https://d.example/u/{name}'><span itemprop='name'>{name}</span></a></span>
    <span class="crawler-post-infos"><time datetime='{iso}T09:0{n}:00Z' class='post-time'>{us}, 9:0{n}am</time><meta itemprop='datePublished' content='{iso}T09:0{n}:00Z'>
    <span itemprop='position'>{n}</span></span></div><div class='post' itemprop='text'><p>{body}</p><p>{more}</p></div>
    <div itemprop="interactionStatistic"><span class='post-likes'></span></div></div>"""
    return document(
        f'<div id="topic-title"><h1><a href="/t/soup/9">Soup or silence</a></h1></div><div itemscope itemtype="http://schema.org/DiscussionForumPosting">{listing(post)}</div>'
    )


def _phpbb_2() -> str:
    post = """<tr><td width="150" align="left" valign="top" class="row1"><span class="name"><a name="{n}"></a><b>{name}</b></span><br />
    <span class="postdetails">Regular<br /><br />Joined: 05 May 2009<br />Posts: 4{n}</span><br /></td>
    <td class="row1" width="100%" height="28" valign="top"><table width="100%"><tr><td width="100%"><span class="postdetails">Posted: {day} 9:0{n} am<span class="gen">&nbsp;</span>&nbsp; &nbsp;Post subject: Soup or silence</span></td>
    <td valign="top" nowrap="nowrap"><a href="posting.php?mode=quote&p={n}">Reply with quote</a></td></tr><tr><td colspan="2"><hr /></td></tr>
    <tr><td colspan="2"><span class="postbody">{body}<br /><br />{more}</span><span class="gensmall"></span></td></tr></table></td></tr>
    <tr><td class="row1"><span class="nav"><a href="#top">Back to top</a></span></td><td class="row1"><a href="profile.php?u={n}">profile</a> <a href="privmsg.php?u={n}">pm</a></td></tr>
    <tr><td class="spaceRow" colspan="2" height="1"></td></tr>"""
    return document(
        f'<table><tr><td><a class="maintitle" href="viewtopic.php?t=3">Soup or silence</a></td></tr></table><table class="forumline"><tr><th>Author</th><th>Message</th></tr>{listing(post)}</table>'
    )


def _phpbb_3() -> str:
    post = """<div id="p{n}" class="post has-profile bg{n}"><div class="inner"><dl class="postprofile" id="profile{n}"><dt class="has-profile-rank no-avatar">
    <a href="./memberlist.php?mode=viewprofile&u={n}" class="username">{name}</a></dt><dd class="profile-posts"><strong>Posts:</strong> 3{n}</dd>
    <dd class="profile-joined"><strong>Joined:</strong> Tue 5 May 2009, 10:00</dd></dl><div class="postbody"><div id="post_content{n}"><h3><a href="#p{n}">Re: Soup or silence</a></h3>
    <p class="author"><a class="unread" href="./viewtopic.php?p={n}#p{n}" title="Post">Post</a><span class="responsive-hide">by <strong><a href="./memberlist.php?mode=viewprofile&u={n}" class="username">{name}</a></strong> » </span>{day}, 09:0{n}</p>
    <div class="content">{body}<br><br>{more}</div></div></div><div class="back2top"><a href="#top" title="Top">Top</a></div></div></div><hr class="divider">"""
    return document(
        f'<h2 class="topic-title"><a href="./viewtopic.php?t=3">Soup or silence</a></h2>{listing(post)}<div class="action-bar">5 posts • Page 1 of 1</div>'
    )


def _vbulletin() -> str:
    post = """<table id="post{n}" class="tborder" cellpadding="6" width="100%" align="center"><tr><td class="thead" style="font-weight:normal"><a name="post{n}"></a>{day}, 09:0{n}</td>
    <td class="thead" align="right">&nbsp;#<a href="showpost.php?p={n}"><strong>{n}</strong></a></td></tr><tr valign="top"><td class="alt2" width="175"><div><a class="bigusername" href="member.php?u={n}">{name}</a></div>
    <div class="smallfont">Member</div><div class="smallfont"><div>Join Date: May 2009</div><div>Posts: 5{n}</div></div></td><td class="alt1" id="td_post_{n}"><div class="smallfont"><strong>Re: Soup or silence</strong></div><hr size="1">
    <div id="post_message_{n}">{body}<br /><br />{more}</div></td></tr></table>"""
    return document(f"<h1>Soup or silence</h1><div id=posts>{listing(post)}</div>")


def _xenforo() -> str:
    post = """<article class="message message--post js-post" data-author="{name}" id="js-post-{n}"><div class="message-inner"><div class="message-cell message-cell--user"><section class="message-user">
    <div class="message-userDetails"><h4 class="message-name"><a href="/members/{name}.{n}/" class="username">{name}</a></h4><h5 class="userTitle">Member</h5></div>
    <div class="message-userExtras"><dl class="pairs"><dt>Joined</dt><dd>May 5, 2009</dd></dl><dl class="pairs"><dt>Messages</dt><dd>7{n}</dd></dl></div></section></div>
    <div class="message-cell message-cell--main"><header class="message-attribution"><a href="/threads/soup.3/post-{n}"><time class="u-dt" datetime="{iso}T09:0{n}:00+0000" title="{us} at 9:0{n} AM">{us}</time></a><ul><li><a href="/threads/soup.3/post-{n}">#{n}</a></li></ul></header>
    <div class="message-content"><article class="message-body"><div class="bbWrapper">{body}<br /><br />{more}</div></article></div><footer class="message-footer"><a href="/react/{n}">Like</a> <a href="/quote/{n}">Reply</a></footer></div></div></article>"""
    return document(f'<div class="p-title"><h1>Soup or silence</h1></div><div class="block-body">{listing(post)}</div>')


def _smf() -> str:
    post = """<div class="windowbg{n}"><span class="topslice"></span><div class="post_wrapper"><div class="poster"><h4><a href="http://m.example/index.php?action=profile;u={n}">{name}</a></h4>
    <ul class="reset"><li class="postgroup">Jr. Member</li><li class="postcount">Posts: 8{n}</li></ul></div><div class="postarea"><div class="flow_hidden"><div class="keyinfo"><h5 id="subject_{n}"><a href="http://m.example/index.php?topic=3.msg{n}#msg{n}" rel="nofollow">Re: Soup or silence</a></h5>
    <div class="smalltext">&#171; <strong>Reply #{n} on:</strong> {us}, 09:0{n}:00 AM &#187;</div></div></div><div class="post"><div class="inner" id="msg_{n}">{body}<br /><br />{more}</div></div></div><div class="moderatorbar"><div class="smalltext reportlinks">Logged</div></div></div></div>"""
    return document(
        f'<div id="forumposts"><h3 class="catbg">Topic: Soup or silence (Read 81 times)</h3><form>{listing(post)}</form></div>'
    )


def _mybb() -> str:
    post = """<a name="pid{n}" id="pid{n}"></a><div class="post classic" id="post_{n}"><div class="post_author"><strong><span class="largetext"><a href="http://y.example/user-{n}.html">{name}</a></span></strong><br/><span class="smalltext">Junior</span>
    <div class="author_statistics">Posts: 6{n}<br>Joined: May 2009</div></div><div class="post_content"><div class="post_head"><div class="float_right"><strong><a href="/thread-3-post-{n}.html#pid{n}">#{n}</a></strong></div><span class="post_date">{day}, 09:0{n} AM</span></div>
    <div class="post_body scaleimages" id="pid_{n}">{body}<br /><br />{more}</div></div><div class="post_controls"><a href="/search.php?uid={n}">Find</a> <a href="/newreply.php?pid={n}">Reply</a></div></div>"""
    return document(f"<div class=thead><strong>Soup or silence</strong></div><div id=posts>{listing(post)}</div>")


def _nested_comments() -> str:
    rows = each(
        """<div class="thing comment" id="t{n}"><div class="entry"><p class="tagline"><a href="https://r.example/user/{name}" class="author">{name}</a> <span class="score">{n} points</span> <time datetime="{iso}T09:0{n}:00+00:00">10 years ago</time></p>
    <form class="usertext"><div class="md"><p>{body}</p><p>{more}</p></div></form><ul class="flat-list buttons"><li><a href="/c/{n}">permalink</a></li><li><a href="#">reply</a></li></ul></div><div class="child">"""
    )
    inner = f"{rows[0]}{rows[1]}{rows[2]}</div></div></div></div></div></div>{rows[3]}</div></div>{rows[4]}</div></div>"
    return document(
        f'<div class="link"><p class="title"><a href="http://far.example/">Soup or silence (far.example)</a></p></div><div class="commentarea">{inner}</div>'
    )


def _comment_rows() -> str:
    post = """<tr class='athing comtr' id='{n}'><td><table border='0'><tr><td class='ind'><img src="s.gif" height="1" width="0"></td><td valign="top" class="votelinks"><a href='vote?id={n}'></a></td>
    <td class="default"><div style="margin-top:2px"><span class="comhead"><a href="user?id={name}" class="hnuser">{name}</a> <span class="age" title="{iso}T09:0{n}:00"><a href="item?id={n}">on {us}</a></span> <span class="navs">| <a href="#{n}">next</a></span></span></div><br>
    <div class="comment"><div class="commtext c00">{body}<p>{more}</p></div><div class='reply'><p><font size="1"><u><a href="reply?id={n}">reply</a></u></font></div></div></td></tr></table></td></tr>"""
    return document(
        f'<center><table><tr><td><table class="fatitem"><tr><td class="title"><a href="http://far.example">Soup or silence</a></td></tr></table><br><table class="comment-tree">{listing(post)}</table></td></tr></table></center>'
    )


def _questions() -> str:
    rows = each("""<div id="{{id}}-{n}" class="{{kind}} js-post"><div class="post-layout"><div class="votecell"><div class="js-vote-count">{n}</div></div><div class="postcell post-layout--right"><div class="s-prose js-post-body" itemprop="text"><p>{body}</p><p>{more}</p></div>
    <div class="post-signature"><div class="user-info"><div class="user-action-time">{{verb}} <span title="{iso} 09:0{n}:00Z" class="relativetime">{us} at 9:0{n}</span></div><div class="user-details"><a href="/users/{n}/{name}">{name}</a><span class="reputation-score">1{n}</span></div></div></div></div></div></div>""")
    shown = [
        row.replace("{id}", "question" if not n else "answer")
        .replace("{kind}", "question" if not n else "answer")
        .replace("{verb}", "asked" if not n else "answered")
        for n, row in enumerate(rows)
    ]
    return document(
        f'<div id="question-header"><h1><a href="/questions/3">Soup or silence?</a></h1></div><div id="mainbar">{shown[0]}<div id="answers"><h2>4 Answers</h2>{"".join(shown[1:])}</div></div>'
    )


def _mail_thread() -> str:
    post = """<div class="email"><div class="email-header"><div class="email-sender"><span class="name"><a href="/users/{n}/">{name}</a></span></div><div class="email-date"><span title="Sender's time: {day}">{day} 9:0{n} a.m.</span></div></div>
    <div class="email-body"><p>{body}</p><p>{more}</p></div><div class="email-info"><a href="/m/{n}/reply">Reply</a> <a href="mailto:x">Reply via email</a></div></div>"""
    return document(f'<h3 class="subject">Soup or silence</h3><div class="replies">{listing(post)}</div>')


STAMPED = [f"{iso}T09:0{n}:00Z" for n, iso in enumerate(ISO, 1)]
THREADS: dict[str, tuple[str, list[Entry]]] = {
    "a thread for crawlers": (_discourse(), entries(titles=NONE, dates=STAMPED, authors=NAMES)),
    "rows of three, a table in each": (_phpbb_2(), entries(titles=NONE, authors=NAMES)),
    "profile beside each message": (_phpbb_3(), entries(titles=["Re: Soup or silence"] * 5, authors=NAMES)),
    "a table for each message": (_vbulletin(), entries(titles=NONE, authors=NAMES)),
    "cells of user and message": (_xenforo(), entries(titles=NONE, dates=[f"{iso}T09:0{n}:00+0000" for n, iso in enumerate(ISO, 1)], authors=NAMES)),
    "subject and reply number": (_smf(), entries(titles=["Re: Soup or silence"] * 5, dates=US_DAYS, authors=NAMES)),
    "anchors before the messages": (_mybb(), entries(titles=NONE, authors=NAMES)),
    "comments inside comments": (_nested_comments(), entries(titles=NONE, dates=[f"{iso}T09:0{n}:00+00:00" for n, iso in enumerate(ISO, 1)], authors=NAMES)),
    "comments as rows": (_comment_rows(), entries(titles=NONE, dates=[f"{iso}T09:0{n}:00" for n, iso in enumerate(ISO, 1)], authors=NAMES)),
    "a question and its answers": (_questions(), entries(titles=NONE, dates=[f"{iso} 09:0{n}:00Z" for n, iso in enumerate(ISO, 1)], authors=NAMES)),
    "a thread of mails": (_mail_thread(), entries(titles=NONE, authors=NAMES)),
}  # fmt: skip


ESSAY = "".join(f"<p>{body} {more}</p>" for body, more in zip(BODIES, MORE, strict=True)) * 2
ESSAY_TEXT = "\n\n".join([f"{body} {more}" for body, more in zip(BODIES, MORE, strict=True)] * 2)


def _single_with_comments() -> str:
    said = ("Lovely, thank you for this.", "Where was that?", "I must try it.", "So true!", "Greetings from the mill.")
    comments = "".join(
        f'<li id="comment-{n}" class="comment even"><div class="comment-author vcard"><cite class="fn">{name}</cite></div><div class="comment-meta"><a href="#comment-{n}">{day} at 9:0{n}</a></div><div class="comment-content"><p>{text}</p></div><div class="reply"><a href="#">Reply</a></div></li>'
        for n, (name, day, text) in enumerate(zip(NAMES, DAYS, said, strict=True), 1)
    )
    article = f'<article class="post"><h1 class="entry-title">On walls</h1><div class="entry-meta"><time datetime="2011-01-02">2 January 2011</time> by <a rel="author" href="/author/ida">Ida Roth</a></div><div class="entry-content">{ESSAY}</div></article>'
    return document(
        f'{HEADER}<main>{article}<div id="comments"><h2>5 comments</h2><ol>{comments}</ol></div></main>{FOOT}'
    )


def _single_bare() -> str:
    return f"<h1>On walls</h1>{ESSAY}"


def _single_with_related() -> str:
    related = listing('<li><a href="/{n}">{title}</a> <span>{day}</span></li>')
    return document(
        f"{HEADER}<main><h1>On walls</h1><p class=date>2 January 2011</p><div>{ESSAY}</div></main><aside><h3>Read next</h3><ul>{related}</ul></aside>{FOOT}"
    )


SINGLES: dict[str, tuple[str, list[Entry]]] = {
    "a post with comments": (_single_with_comments(), [Entry(ESSAY_TEXT, "On walls", "Ida Roth", "2011-01-02")]),
    "a post without a page": (_single_bare(), [Entry(ESSAY_TEXT, "On walls")]),
    "a post with others to read next": (_single_with_related(), [Entry(ESSAY_TEXT, "On walls", None, "2 January 2011")]),
}  # fmt: skip
