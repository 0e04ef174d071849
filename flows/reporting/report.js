
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const number = (value) => value.toLocaleString("en-US");
  const held = (id) => {
    const found = byId(id);
    return found ? JSON.parse(found.textContent) : null;
  };

  // Light or dark: what the system says, until the switch is used.
  const root = document.documentElement;
  const theme = byId("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const tellTheme = () => theme.setAttribute("aria-pressed", String(isDark()));
  theme.hidden = false;
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    tellTheme();
  });
  system.addEventListener("change", tellTheme);
  tellTheme();

  // Posts over time, by language.
  const period = held("period-data");
  const language = byId("period-language");
  if (language && period.series) {
    const HEIGHT = 100;
    const LEAST = 1.2;
    const bars = document.querySelectorAll("#period svg rect");
    const figures = document.querySelectorAll("#period tbody td");
    const draw = () => {
      const values = period.series[language.value];
      const top = Math.max(...values);
      values.forEach((value, place) => {
        const high = value ? Math.max(LEAST, (HEIGHT * value) / top) : 0;
        bars[place].setAttribute("y", (HEIGHT - high).toFixed(2));
        bars[place].setAttribute("height", high.toFixed(2));
        bars[place].firstChild.textContent = `${period.labels[place]}: ${number(value)} posts`;
        figures[place].textContent = number(value);
      });
      byId("period-top").textContent = number(top);
      const shown = values.reduce((sum, value) => sum + value, 0);
      byId("period-said").textContent = `${number(shown)} ${shown === 1 ? "post" : "posts"} shown`;
    };
    language.closest("p").hidden = false;
    language.value = "";
    language.addEventListener("change", draw);
  }

  // Posts that were found: all text goes through textContent, so that none of it is markup.
  const posts = held("find-data");
  if (posts) {
    const STEP = 50;
    const [TITLE, SOURCE, LANGUAGE, DAY, WORDS, COPIES, ID, BEGINS] = [0, 1, 2, 3, 4, 5, 6, 7];
    const form = byId("find");
    const words = posts.map((post) => `${post[TITLE]}\n${post[BEGINS]}\n${post[ID]}`.toLocaleLowerCase());
    let found = [];
    let shown = 0;
    const cell = (row, kind, text, className) => {
      const made = row.appendChild(document.createElement(kind));
      made.textContent = text;
      if (className) made.className = className;
      return made;
    };
    const add = () => {
      const rows = document.createDocumentFragment();
      for (const post of found.slice(shown, shown + STEP)) {
        const row = rows.appendChild(document.createElement("tr"));
        const title = cell(row, "th", "", "");
        title.scope = "row";
        title.title = `post ${post[ID]}`;
        title.appendChild(document.createElement("bdi")).textContent = post[TITLE] || "(no title)";
        const begins = title.appendChild(document.createElement("span"));
        begins.className = "begins";
        begins.dir = "auto";
        begins.textContent = post[BEGINS];
        cell(row, "td", post[SOURCE] || "");
        cell(row, "td", post[LANGUAGE]);
        cell(row, "td", post[DAY] || "", "day");
        cell(row, "td", number(post[WORDS]), "number");
        cell(row, "td", number(post[COPIES]), "number");
      }
      byId("find-rows").appendChild(rows);
      shown = Math.min(found.length, shown + STEP);
      byId("find-more").hidden = shown === found.length;
      byId("find-said").textContent = found.length
        ? `${number(found.length)} of ${number(posts.length)} found, ${number(shown)} shown`
        : "No post is like that; change the words or the choices.";
    };
    const search = () => {
      const wanted = byId("find-words").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      const [source, spoken] = [byId("find-source").value, byId("find-language").value];
      const often = byId("find-copies").checked;
      found = posts.filter((post, place) =>
        (!source || post[SOURCE] === source) && (!spoken || post[LANGUAGE] === spoken) &&
        (!often || post[COPIES] > 1) && wanted.every((word) => words[place].includes(word)));
      shown = 0;
      byId("find-rows").replaceChildren();
      add();
    };
    let waiting = 0;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", search);
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(search, 120);
    });
    byId("find-more").addEventListener("click", add);
    byId("find-box").hidden = false;
    form.reset();
    search();
  }

  // On paper nothing can be unfolded.
  addEventListener("beforeprint", () => document.querySelectorAll("details.group").forEach((each) => { each.open = true; }));
})();
