"use strict";

/* Tables that sort, filter and page. All rows come from the block of data; only a page of them is in the document.
   Nothing is ever parsed as markup: text goes into text nodes. */
(() => {
  const PAGE = 100;
  const UNCHANGED = "unchanged";
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const data = JSON.parse(document.getElementById("data").textContent);

  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  const counted = (count) => count.toLocaleString("en-US");

  /* The same cells as the page's own; see `cell` in report.html. */
  const cells = {
    badge: (value) => [element("span", { class: `badge ${value}` }, value)],
    code: (value) => (value ? [element("code", {}, value)] : []),
    money: (value) => [value],
    text: (value) => [value],
    differences: (value) =>
      value.map(([path, before, after]) =>
        element(
          "span",
          { class: "difference" },
          element("span", { class: "path" }, path),
          ": ",
          element("bdi", { class: "before" }, before),
          " \u2192 ",
          element("bdi", { class: "after" }, after),
        ),
      ),
  };

  const row = (values, columns) => {
    const made = element("tr", { role: "row" });
    columns.forEach((column, place) => {
      const attributes = { role: "cell", "data-label": column.title };
      if (column.kind === "money") attributes.class = "money";
      made.append(element("td", attributes, ...cells[column.kind](values[place])));
    });
    return made;
  };

  const text = (value) => (Array.isArray(value) ? value.map((parts) => parts.join(" ")).join(" ") : value);

  /* What is not known or not there comes last, whichever way the rows are sorted. */
  const comparing = (kind, place, direction) => (left, right) => {
    const [a, b] = [text(left[place]), text(right[place])];
    const [noA, noB] = [a === "" || a === "?", b === "" || b === "?"];
    if (noA || noB) return noA - noB;
    return direction * (kind === "money" ? Number(a) - Number(b) : collator.compare(a, b));
  };

  /* A query that is nothing but a phone number finds it however it is grouped. */
  const terms = (query) => {
    const digits = query.replace(/[\s().-]/g, "");
    return /^\+?\d{7,}$/.test(digits) ? [digits] : query.toLowerCase().split(/\s+/).filter(Boolean);
  };

  const enhance = (section) => {
    const table = section.querySelector("table[data-table]");
    const all = data[table.dataset.table];
    const [body, status] = [table.tBodies[0], section.querySelector(".status")];
    const pager = section.querySelector(".pager");
    const controls = section.querySelector(".controls");
    const headings = [...table.tHead.rows[0].cells];
    const columns = headings.map((one) => ({ title: one.textContent, kind: one.dataset.kind }));
    const unchanged = controls ? all.filter((one) => one[0] === UNCHANGED).length : 0;
    const asked = { terms: [], actions: new Set(), column: null, direction: 1, page: 0, whole: false };
    let haystacks = null;
    let found = [];

    const matching = () => {
      const some = asked.actions.size > 0;
      const hidden = unchanged < all.length ? UNCHANGED : null;
      if (asked.terms.length) haystacks ??= all.map((one) => one.map(text).join(" ").toLowerCase());
      return all.filter(
        (one, place) =>
          (!controls || (some ? asked.actions.has(one[0]) : one[0] !== hidden)) &&
          asked.terms.every((term) => haystacks[place].includes(term)),
      );
    };

    const find = () => {
      found = matching();
      if (asked.column !== null) {
        found.sort(comparing(columns[asked.column].kind, asked.column, asked.direction));
      }
      asked.page = 0;
      show();
    };

    const show = () => {
      const pages = Math.max(1, Math.ceil(found.length / PAGE));
      asked.page = Math.min(Math.max(asked.page, 0), pages - 1);
      const first = asked.whole ? 0 : asked.page * PAGE;
      const shown = asked.whole ? found : found.slice(first, first + PAGE);
      const made = document.createDocumentFragment();
      for (const values of shown) made.append(row(values, columns));
      body.replaceChildren(made);
      pager.hidden = pages === 1;
      pager.querySelector(".page").textContent =
        `Rows ${counted(first + 1)} to ${counted(first + shown.length)} of ${counted(found.length)}`;
      for (const button of pager.querySelectorAll("button")) {
        const back = button.dataset.go === "first" || button.dataset.go === "previous";
        button.setAttribute("aria-disabled", String(back ? asked.page === 0 : asked.page === pages - 1));
      }
      tell(shown.length, first);
    };

    const tell = (shown, first) => {
      const total = all.length - (asked.actions.size || unchanged === all.length ? 0 : unchanged);
      const noun = total === 1 ? table.dataset.one : table.dataset.many;
      const narrowed = asked.terms.length > 0 || asked.actions.size > 0;
      const parts = [
        narrowed ? `${counted(found.length)} of ${counted(total)} ${noun} match` : `${counted(total)} ${noun}`,
      ];
      if (shown && shown < found.length) {
        parts.push(`rows ${counted(first + 1)} to ${counted(first + shown)} are shown`);
      }
      if (total < all.length) parts.push(`${counted(all.length - total)} unchanged, not shown`);
      if (asked.column !== null) {
        const way = asked.direction > 0 ? "ascending" : "descending";
        parts.push(`sorted by ${columns[asked.column].title.toLowerCase()}, ${way}`);
      }
      const sentence = parts.join("; ");
      if (status.textContent !== sentence) status.textContent = sentence;
      if (controls) controls.querySelector("[data-reset]").hidden = !narrowed;
    };

    const sort = (column, direction) => {
      [asked.column, asked.direction] = [column, direction];
      headings.forEach((heading, place) => {
        if (place === column) heading.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
        else heading.removeAttribute("aria-sort");
      });
      if (controls) {
        controls.querySelector("select").value = column === null ? "" : String(column);
        controls.querySelector("[data-descending]").setAttribute("aria-pressed", String(direction < 0));
      }
      find();
    };

    /* Ascending, then descending, then the plan's own order again. */
    headings.forEach((heading, place) => {
      const button = element("button", { type: "button" }, heading.textContent);
      button.addEventListener("click", () => {
        if (asked.column !== place) sort(place, 1);
        else if (asked.direction > 0) sort(place, -1);
        else sort(null, 1);
      });
      heading.replaceChildren(button);
    });

    const go = { first: () => 0, previous: () => asked.page - 1, next: () => asked.page + 1, last: () => Infinity };
    pager.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button || button.getAttribute("aria-disabled") === "true") return;
      asked.page = go[button.dataset.go]();
      show();
      section.scrollIntoView({ block: "start" });
    });

    const narrow = (actions) => {
      asked.actions = new Set(actions);
      for (const chip of controls.querySelectorAll("[data-action]")) {
        chip.setAttribute("aria-pressed", String(asked.actions.has(chip.dataset.action)));
      }
      find();
    };

    if (controls) {
      const search = controls.querySelector("input");
      const select = controls.querySelector("select");
      const descending = controls.querySelector("[data-descending]");
      search.addEventListener("input", () => {
        asked.terms = terms(search.value);
        find();
      });
      for (const chip of controls.querySelectorAll("[data-action]")) {
        chip.addEventListener("click", () => {
          const actions = new Set(asked.actions);
          if (!actions.delete(chip.dataset.action)) actions.add(chip.dataset.action);
          narrow(actions);
        });
      }
      select.addEventListener("change", () => {
        sort(select.value === "" ? null : Number(select.value), select.value === "" ? 1 : asked.direction);
      });
      descending.addEventListener("click", () => {
        if (asked.column !== null) sort(asked.column, -asked.direction);
      });
      controls.querySelector("[data-reset]").addEventListener("click", () => {
        search.value = "";
        asked.terms = [];
        narrow([]);
        search.focus();
      });
      for (const link of document.querySelectorAll("a[data-only]")) {
        link.addEventListener("click", () => narrow([link.dataset.only]));
      }
      controls.hidden = false;
    }

    find();
    return (whole) => {
      if (asked.whole === whole) return;
      asked.whole = whole;
      show();
    };
  };

  const tables = [...document.querySelectorAll("[data-section]")]
    .filter((section) => section.querySelector("table"))
    .map(enhance);

  /* On paper: every row that matches, and every list unfolded. */
  const unfolded = new Set();
  const print = (on) => {
    for (const whole of tables) whole(on);
    for (const details of document.querySelectorAll("details")) {
      if (on && !details.open) unfolded.add(details);
      if (unfolded.has(details)) details.open = on;
    }
    if (!on) unfolded.clear();
  };
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  matchMedia("print").addEventListener("change", (event) => print(event.matches));
})();
