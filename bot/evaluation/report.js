// Filters, sorts and opens the questions. Text is only ever set as text, never as markup.
"use strict";

const { articles, questions } = JSON.parse(document.getElementById("data").textContent);
const form = document.querySelector(".filters");
const list = document.querySelector(".questions");
const rows = [...list.tBodies];
const letters = {}; // article id → its code points: offsets count those, strings of JavaScript count UTF-16 units

function filter() {
  const { outcome, direction, tag, change, search } = Object.fromEntries(new FormData(form));
  const wanted = search.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const data = row.dataset;
    const isFailure = !["right", "refused"].includes(data.outcome);
    row.hidden =
      (outcome && (outcome === "failures" ? !isFailure : data.outcome !== outcome)) ||
      (direction && data.direction !== direction) ||
      (tag && !JSON.parse(data.tags).includes(tag)) ||
      (change && data.change !== change) ||
      (wanted && !(data.id + " " + row.rows[0].textContent).toLowerCase().includes(wanted));
    shown += !row.hidden;
  }
  form.elements.count.value = `${shown} of ${rows.length}`;
}

function sortByHead(event) {
  const button = event.target.closest("thead button");
  if (!button) return;
  const down = button.parentElement.getAttribute("aria-sort") === "ascending";
  form.elements.sort.value = (down ? "-" : "") + button.dataset.key;
  sort();
}

// On a phone most heads are not shown: the choice above the table sorts, and the heads follow it.
function sort() {
  const chosen = form.elements.sort.value;
  const down = chosen.startsWith("-");
  const key = chosen.replace("-", "");
  for (const button of list.tHead.querySelectorAll("button")) {
    const order = down ? "descending" : "ascending";
    button.parentElement.setAttribute("aria-sort", button.dataset.key === key ? order : "none");
  }
  const value = (row) => (key === "question" ? row.rows[0].cells[1].textContent : row.dataset[key]);
  const isNumber = ["position", "confidence", "rank", "f1"].includes(key);
  const compare = isNumber ? (a, b) => value(a) - value(b) : (a, b) => value(a).localeCompare(value(b));
  rows.sort((a, b) => (down ? -1 : 1) * compare(a, b) || a.dataset.position - b.dataset.position);
  list.append(...rows);
}

function toggle(event) {
  const button = event.target.closest(".question button");
  if (!button) return;
  const row = button.closest("tbody");
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!isOpen));
  if (isOpen) return row.rows[1].remove();
  const details = document.getElementById("details").content.cloneNode(true);
  const question = questions[row.dataset.position];
  details.querySelector(".answer").append(...answer(question));
  show(details.querySelector(".text"), question);
  row.append(details);
  const first = row.querySelector(".text mark");
  if (first) first.parentElement.scrollTop = first.offsetTop - first.parentElement.offsetTop - 60;
}

function answer(question) {
  const parts = [];
  if (question.claims.length) {
    const claims = question.claims.map((claim) => {
      const elsewhere = claim.cited.filter((cited) => cited.article !== question.article);
      return element("p", claim.text, ...elsewhere.map((cited) => element("small", ` [${titleOf(cited.article)}]`)));
    });
    parts.push(element("div", element("h3", "Answer"), ...claims));
  } else {
    const nearest = question.evidence.map((one) => element("li", one.gold ? element("mark", one.text) : one.text));
    for (const item of nearest) item.querySelector("mark")?.classList.add("gold");
    parts.push(element("div", element("h3", "Refused. Nearest sentences"), element("ol", ...nearest)));
  }
  const gold = question.answers.length ? question.answers : ["none: the article does not say, or no answer is given"];
  parts.push(element("div", element("h3", "Gold answers"), ...gold.map((text) => element("p", text))));
  return parts;
}

// Lays out the article in runs of letters that are gold, cited, both or neither.
function show(place, question) {
  const article = articles[question.article];
  const text = (letters[question.article] ??= Array.from(article.text));
  const cited = question.claims.flatMap((claim) => claim.cited);
  const here = cited.filter((one) => one.article === question.article).map((one) => [one.start, one.end]);
  const edges = [0, text.length, ...question.gold.flat(), ...here.flat()].filter((edge) => edge <= text.length);
  const cuts = [...new Set(edges)].sort((a, b) => a - b);
  place.dir = article.language === "ar" ? "rtl" : "ltr";
  place.lang = article.language;
  for (let i = 0; i + 1 < cuts.length; i++) {
    const [start, end] = [cuts[i], cuts[i + 1]];
    const covers = ([from, to]) => from <= start && end <= to;
    const kinds = [question.gold.some(covers) && "gold", here.some(covers) && "cited"].filter(Boolean);
    const run = text.slice(start, end).join("");
    const node = kinds.length ? element("mark", run) : document.createTextNode(run);
    if (kinds.length) node.className = kinds.join(" ");
    place.append(node);
  }
}

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  if (name === "p" || name === "li") made.dir = "auto";
  return made;
}

function titleOf(id) {
  return articles[id]?.title ?? id;
}

form.addEventListener("input", filter);
form.elements.sort.addEventListener("change", sort);
form.addEventListener("submit", (event) => event.preventDefault());
list.addEventListener("click", sortByHead);
list.addEventListener("click", toggle);
filter();
