"""The templates of the invented sites.

A post in a text listing has a head and a foot, on a page an item, with these places: {title}, {rule} as long as it,
{author}, {date}, {by} with both, {tags}, {n} comments, {url}, {said_tags}, {said_comments}; an item has a {body} too.
"""

from __future__ import annotations

from typing import Final

HEADS: Final = (
    "{title}\n\n{by}\n",
    "{title}\n{rule}\n{by}\n",
    "{date}\n\n{title}\n",
    "{title} ({date})\n",
    "{by}\n{title}\n",
    "{title}\n",
)
FEET: Final = (
    "\n{said_tags}: {tags}\n{n} {said_comments}\n\n",
    "\n{n} {said_comments}\n\n\n",
    "\n\n",
    "\n{by} | {tags} | {n} {said_comments}\n\n",
    "\n* * *\n\n",
    "\n{said_tags}: {tags}\n\n\n",
)

BLOG: Final = """\
<article class="post hentry" id="p{n}">
<header><h2 class="entry-title"><a href="{url}" rel="bookmark">{title}</a></h2>
<div class="meta"><span class="byline">{by}</span></div></header>
<div class="entry-content">
{body}</div>
<footer><span class="tags">{tags}</span> <a href="{url}#comments">{n} {said_comments}</a></footer>
</article>
"""
SIMPLE: Final = """\
<div class="item">
<p class="when">{date}</p>
<h3><a href="{url}">{title}</a></h3>
{body}<p class="sign">{author} | <a href="{url}">#</a> | {n} {said_comments}</p>
</div>
"""
FORUM: Final = """\
<table class="msg"><tr><td class="who" rowspan="2"><b>{author}</b><br><img src="/a/{n}.png" alt=""></td>
<td class="top"><a href="{url}">{title}</a> <small>{date}</small></td></tr>
<tr><td class="said">{body}</td></tr></table>
"""
FLAT: Final = """\
<h2 id="h{n}"><a href="{url}">{title}</a></h2>
<p class="info">{by}</p>
{body}<hr>
"""
NESTED: Final = """\
<section><div class="box"><div class="inner"><time>{date}</time><h2><a href="{url}"><span>{title}</span></a></h2>
<div class="txt">{body}</div><ul class="links"><li><a href="{url}#c">{n} {said_comments}</a></li>
<li><a href="/share?u={url}">+</a></li></ul></div></div></section>
"""
ITEMS: Final = (BLOG, SIMPLE, FORUM, FLAT, NESTED)
PAGE: Final = """\
<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="{charset}">
<title>{name}</title>
<link rel="stylesheet" href="/style.css">
<script>var site = {{"name": "{name}", "t": [1, 2, 3]}};
(function () {{ window.ready = true; for (var i = 0; i < 9; i++) {{ site.t.push(i * i); }} }})();</script>
</head>
<body>
<div id="top"><h1><a href="/">{name}</a></h1>
<ul class="menu">{menu}</ul></div>
<div id="main">
{items}<div class="pages"><a href="/2">{older}</a> <a href="/">{newer}</a></div>
</div>
<div id="side">
<h4>{about}</h4>
<ul>{recent}</ul>
<form action="/find"><input name="q"></form>
</div>
<div id="foot"><p>{name} | <a href="/feed">RSS</a></p></div>
</body>
</html>
"""
