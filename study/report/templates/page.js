"use strict";
(() => {
  const collator = new Intl.Collator("en", { numeric: true });
  const key = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.key ?? cell.textContent;
  };
  const compare = (a, b) => {
    const numbers = [a, b].map((v) => (v === "inf" ? Infinity : Number(v)));
    if (a !== "" && b !== "" && !numbers.some(Number.isNaN)) {
      return numbers[0] < numbers[1] ? -1 : Number(numbers[0] > numbers[1]);
    }
    return collator.compare(a, b);
  };

  const sort = (table, header) => {
    const column = header.cellIndex;
    const down = header.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = [...table.tBodies[0].rows];
    rows.sort((a, b) => compare(key(a, column), key(b, column)) * (down ? -1 : 1));
    table.tBodies[0].append(...rows);
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    for (const header of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      button.addEventListener("click", () => sort(table, header));
      header.append(button);
    }
  }

  for (const tool of document.querySelectorAll(".tool")) {
    const form = tool.querySelector("form");
    if (!form) continue;
    const rows = [...tool.querySelector("tbody").rows];
    const apply = () => {
      const wanted = [...form.querySelectorAll("select")].filter((s) => s.value);
      const words = form.querySelector("input").value.toLowerCase();
      let shown = 0;
      for (const row of rows) {
        const fits = wanted.every((s) => row.cells[s.dataset.column].textContent === s.value);
        row.hidden = !(fits && row.textContent.toLowerCase().includes(words));
        shown += !row.hidden;
      }
      form.querySelector("output").textContent = shown === rows.length ? `${shown} lines` : `${shown} of ${rows.length} lines`;
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
  }

  const open = () => {
    for (let at = document.getElementById(location.hash.slice(1)); at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
    }
  };
  addEventListener("hashchange", open);
  open();

  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });

  for (const command of document.querySelectorAll("code.command")) {
    const words = command.dataset.command ?? command.textContent;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy: ${words}`);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(words);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(command);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    command.after(button);
  }
})();
