"""The page in a real browser."""

import shutil
from functools import cache

import pytest

BROWSER = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no chromium on PATH; Debian: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def open_page(browser, report):
    """Open the page; whatever the browser complains of, or asks the network for, is a failure."""
    complaints = []

    def opened(width=1280, scheme="light", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: r.url.startswith(("file:", "data:")) or complaints.append(r.url))
        page.goto((report / "report.html").as_uri())
        return page

    yield opened
    assert complaints == []


@pytest.fixture
def visit(open_page):
    """A page of a test's own."""
    pages = []

    def opened(*args, **options):
        pages.append(open_page(*args, **options))
        return pages[-1]

    yield opened
    for page in pages:
        page.context.close()


@pytest.fixture(scope="module")
def look(open_page):
    """A page that tests share which change nothing in it."""
    return cache(open_page)


@pytest.mark.parametrize(("width", "line"), [(390, "first"), (1280, "last")])
def test_the_first_screen_holds_question_findings_and_answer_and_nothing_scrolls_sideways(look, width, line):
    page = look(width, "light")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    seen = page.locator(f"h1, #strongest li, table.matrix:not(.more) tbody tr:{line}-child").evaluate_all(
        "all => all.map(e => [e.tagName, e.getBoundingClientRect().bottom])"
    )
    assert sorted(tag for tag, _ in seen) == ["H1", *["LI"] * 5, "TR"]
    assert all(bottom <= 900 for _, bottom in seen)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_accessible(visit, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(width, scheme)
    page.eval_on_selector_all("details", "all => all.forEach(d => { d.open = true; })")
    page.evaluate(ONE_OF_A_KIND)
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    assert results.violations_count == 0, results.generate_report()


def test_every_figure_is_drawn(look):
    page = look(1280, "light")
    boxes = page.eval_on_selector_all(
        ".drawing > svg", "all => all.map(s => [s.getBoundingClientRect().height, s.querySelectorAll('text').length])"
    )
    assert boxes
    assert all(height > 100 and texts > 5 for height, texts in boxes)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_labels_in_figures_do_not_overlap_nor_leave_them(look, scheme):
    page = look(1280, scheme)
    assert page.evaluate(OVERLAPS) == []


def test_colours_follow_the_scheme(look):
    grounds = [look(1280, s).evaluate("getComputedStyle(document.body).backgroundColor") for s in ("light", "dark")]
    assert grounds[0] != grounds[1]


def test_sorting(visit):
    page = visit()
    page.eval_on_selector_all("details", "all => all.forEach(d => { d.open = true; })")
    table = page.locator("#product_underflow-data-sweep")
    column = table.locator("th", has_text="Worst error")
    index = column.evaluate("th => th.cellIndex")
    keys = f"rows => rows.map(r => r.cells[{index}].dataset.key ?? r.cells[{index}].textContent)"
    column.locator("button").click()
    assert column.get_attribute("aria-sort") == "ascending"
    values = [float(v.replace(",", "")) for v in table.locator("tbody tr").evaluate_all(keys)]
    assert values == sorted(values)
    column.locator("button").press("Enter")
    assert column.get_attribute("aria-sort") == "descending"
    values = [float(v.replace(",", "")) for v in table.locator("tbody tr").evaluate_all(keys)]
    assert values == sorted(values, reverse=True)


def test_filtering(visit):
    page = visit()
    page.eval_on_selector_all("details", "all => all.forEach(d => { d.open = true; })")
    tool = page.locator('[data-table="product_underflow-data-sweep"]')
    total = tool.locator("tbody tr").count()
    tool.locator("label", has_text="Format").locator("select").select_option("float16")
    shown = tool.locator("tbody tr:visible")
    assert 0 < shown.count() < total
    assert set(shown.locator("td:nth-child(3)").all_text_contents()) == {"float16"}
    tool.get_by_role("searchbox").fill("naive")
    assert set(shown.locator("td:nth-child(2)").all_text_contents()) == {"naive"}
    assert f"{shown.count()} of {total} lines" in tool.locator("output").text_content()
    tool.get_by_role("searchbox").fill("no such words")
    assert shown.count() == 0


def test_commands_can_be_copied(visit):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.locator("#use-softmax summary").click()
    copied = []
    for button in page.locator("#use-softmax .copy").all():
        button.click()
        page.wait_for_function("b => b.textContent !== 'Copy'", arg=button.element_handle())
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    assert copied[1].splitlines()[0] == "from study import kernels"
    assert copied[-1].startswith("study replay ")
    assert button.get_attribute("aria-label") == f"Copy: {copied[-1]}"


def test_a_cell_of_the_answer_leads_to_its_code(visit):
    page = visit()
    page.locator('.matrix a[href="#use-nll"]').first.click()
    assert page.locator("#use-nll pre").first.is_visible()


def test_the_page_is_read_to_its_end(look):
    """Details closed: a desk's height a section, and the whole within 800 pixels for each of them."""
    page = look(1440, "light")
    heights = page.eval_on_selector_all(".experiment", "all => all.map(s => s.getBoundingClientRect().height)")
    assert sum(heights) / len(heights) < 800
    assert page.evaluate("document.documentElement.scrollHeight") < 800 * len(heights)


def test_no_table_is_wider_than_its_box(visit):
    page = visit(1440)
    page.eval_on_selector_all("details", "all => all.forEach(d => { d.open = true; })")
    wide = "all => all.filter(s => s.scrollWidth > s.clientWidth + 1).map(s => s.getAttribute('aria-label'))"
    assert page.eval_on_selector_all(".scroll:has(table)", wide) == []


def test_the_frame_is_most_of_each_figure(look):
    """The frames in a row of panels take at least three fifths of its width."""
    shares = look(1440, "light").evaluate(FRAMES)
    assert len(shares) > 18
    assert min(shares) >= 0.6


def test_it_reads_without_scripts(visit):
    page = visit(java_script_enabled=False)
    assert page.locator(".filters:visible").count() == 0
    assert page.locator("table.matrix:not(.more)").is_visible()
    assert page.locator(".drawing > svg").first.is_visible()


def test_reachable_by_keyboard(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the answer"
    page.keyboard.press("Enter")
    assert page.url.endswith("#answer")


def test_prints(visit):
    page = visit(718)
    page.evaluate(ONE_OF_A_KIND)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 718, "wider than A4"
    assert page.locator("nav").is_hidden()
    assert len(page.pdf(format="A4")) > 50_000


ONE_OF_A_KIND = """
() => {
  const kind = (e) => e.outerHTML.replace(/>[^<]*|(id|href|data-[a-z]+|title|value|aria-label)="[^"]*"/g, '');
  document.querySelectorAll('tbody, ul').forEach((parent) => {
    const seen = new Set();
    [...parent.children].forEach((child) => {
      const fresh = [...(child.cells ?? [child])].map(kind).filter((it) => !seen.has(it));
      fresh.forEach((it) => seen.add(it));
      if (fresh.length === 0) child.remove();
    });
  });
  const drawn = new Set();
  document.querySelectorAll('.drawing svg :is(text, path, use)').forEach((mark) => {
    const look = [mark.tagName, mark.getAttribute('class'), mark.getAttribute('fill')].join();
    if (drawn.has(look)) mark.remove();
    drawn.add(look);
  });
}
"""
"""Entries of a list, rows whose cells the table has alike, and marks of figures, are one case to such a check if they
differ in their words or places alone."""

FRAMES = """
() => [...document.querySelectorAll('.drawing > svg')].flatMap((svg) => {
  const whole = svg.getBoundingClientRect().width;
  const rows = {};
  svg.querySelectorAll('.frame').forEach((frame) => {
    const box = frame.getBoundingClientRect();
    const row = Math.round(box.top);
    rows[row] = (rows[row] ?? 0) + box.width / whole;
  });
  return Object.values(rows);
})
"""

OVERLAPS = """
() => [...document.querySelectorAll('.drawing > svg')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].map((t) => [t.textContent.trim(), t.getBoundingClientRect()]);
  const out = texts.filter(([, b]) => b.left < frame.left - 1 || b.right > frame.right + 1);
  const name = svg.closest('figure').id;
  const found = out.map(([words]) => `${name}: ${words} is cut off`);
  const slack = 2.5;
  texts.forEach(([a, p], i) => texts.slice(i + 1).forEach(([b, q]) => {
    const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (wide > slack && high > slack) found.push(`${name}: ${a} overlaps ${b}`);
  }));
  return found;
})
"""
