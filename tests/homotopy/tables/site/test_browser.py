"""The pages' program in a headless browser, from a disk: search, filter, sort, open a row, touch a mark."""

import html
import json
import re
import shutil
import subprocess

import pytest

import homotopy as ho
from homotopy.tables.site.build import build_site
from tests.homotopy.tables.small_root import small_root

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")

# Runs in the page after its own program; what it returns is read from the page's text.
HARNESS = """
<script>
window.addEventListener("load", () => setTimeout(async () => {
  const errors = [];
  window.addEventListener("error", (e) => errors.push(e.message));
  const pause = () => new Promise((done) => setTimeout(done, 30));
  const all = (q) => [...document.querySelectorAll(q)];
  const rows = () => all("tbody tr").filter((r) => r.closest(".rows")).map((r) => [...r.children].map((c) => c.textContent));
  const search = (text) => { const box = document.querySelector("input[type=search]"); box.value = text; box.dispatchEvent(new Event("input")); };
  const sort = (name) => document.querySelector(`th[data-column=${name}] button`).click();
  let said;
  try { said = await (async () => { %s })(); } catch (error) { said = {failed: String(error)}; }
  document.body.innerHTML = "";
  document.body.append(Object.assign(document.createElement("pre"), {id: "said", textContent: JSON.stringify({said, errors})}));
}, 50));
</script>
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    place = tmp_path_factory.mktemp("web") / "site"
    build_site(place, root=small_root(tmp_path_factory.mktemp("data")))
    return place


@pytest.fixture
def run(site, tmp_path):
    """What a script finds in a page."""

    def in_page(page, script, fragment=""):
        target = (site / page).with_name("harness.html")
        target.write_text((site / page).read_text() + HARNESS % script)
        command = [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000",
            "--dump-dom", f"{target.as_uri()}{fragment}",
        ]  # fmt: skip
        try:
            shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
        finally:
            target.unlink()
        found = json.loads(html.unescape(re.search(r'<pre id="said">(.*?)</pre>', shown, re.DOTALL)[1]))
        assert found["errors"] == []
        return found["said"]

    return in_page


def test_search_sort_and_filter(run):
    said = run(
        "index.html",
        """
        const out = {all: document.querySelector(".count").textContent};
        search("polynomial-network 2-2-1"); out.found = rows().map((r) => r[0]);
        search(""); sort("complex"); out.down = rows().map((r) => parseInt(r[3]));
        out.shown = rows().map((r) => [r[0], r[3]]);
        sort("complex"); out.up = rows().map((r) => parseInt(r[3])); out.aria = document.querySelector("th[data-column=complex]").getAttribute("aria-sort");
        const family = document.querySelector("select"); family.value = "spherical-p-spin"; family.dispatchEvent(new Event("change"));
        out.family = rows().map((r) => r[0]); out.hash = location.hash; out.link = document.querySelector("tbody a").getAttribute("href");
        const from = document.querySelector("input[aria-label='unknowns from']"); from.value = "5"; from.dispatchEvent(new Event("input"));
        out.large = rows().map((r) => r[0]);
        return out;
        """,
    )
    assert said["all"] == "113 entries"
    assert said["found"] and all("widths=2-2-1," in label for label in said["found"])  # not 2-2-1-1, not 1-2-2-1
    assert all(text.endswith(" classes") == label.startswith("spherical") for label, text in said["shown"] if text)
    filled = [n for n in said["down"] if n]
    assert filled == sorted(filled, reverse=True) and [n for n in said["up"] if n] == filled[::-1]
    assert said["aria"] == "ascending" and said["hash"] == "#family=spherical-p-spin&sort=complex"
    assert said["family"] == [f"spherical-p-spin:n={n},p=5" for n in (2, 3, 4, 5, 6)]
    assert said["large"] == said["family"][3:]
    assert said["link"] == "tables/spherical-p-spin__p-5/spherical-p-spin__n-2_p-5.html"


MODEL = "tables/spherical-p-spin__p-5/spherical-p-spin__n-3_p-5.html"


def test_a_row_opens_with_its_figure_its_certificate_and_its_command(run, site):
    said = run(
        MODEL,
        """
        const page = document.querySelector(".row-page"), out = {hidden: page.hidden};
        document.querySelector("tbody td a").click(); await pause();
        out.title = page.querySelector("h1").textContent;
        location.hash = "#row=20"; await pause();
        out.second = page.querySelector("h1").textContent; out.text = page.textContent;
        out.file = page.querySelector("a[download]").getAttribute("href");
        out.commands = [...page.querySelectorAll("code")].map((c) => c.textContent);
        const marks = [...page.querySelectorAll(".touch")]; out.marks = marks.map((m) => m.dataset.tip);
        marks[0].dispatchEvent(new PointerEvent("pointermove", {bubbles: true, clientX: 5, clientY: 5}));
        out.tip = document.querySelector(".tip").textContent; out.visible = !document.querySelector(".tip").hidden;
        location.hash = "#row=nothing"; await pause(); out.nothing = page.textContent;
        location.hash = ""; await pause(); out.back = rows().length; out.list = page.hidden;
        return out;
        """,
    )
    assert (
        said["hidden"]
        and said["title"] == "spherical-p-spin:n=3,p=5, sample 0"
        and said["second"].endswith("sample 20")
    )
    assert "eigenvector classes" in said["text"] and "proved" in said["text"]
    assert (site / MODEL).with_name(said["file"]).is_file()
    assert said["commands"][1].startswith("stationary count spherical-p-spin:n=3,p=5 --seed ") and said["commands"][
        1
    ].endswith(" --index 20")
    assert said["commands"][0] == f"stationary verify {said['file']}"
    assert said["visible"] and said["tip"] == said["marks"][0] and re.match(r"point 1: energy −\d", said["tip"])
    assert "no such row" in said["nothing"] and said["list"] and said["back"] == 200


def test_an_address_carries_the_search(run):
    table = ho.load_table("spherical-p-spin:p=5")
    certificates = table.certificates
    rows = [
        r
        for r in table.samples("spherical-p-spin:n=3,p=5").rows
        if r.n_real <= 22 and (r.model, r.sample) in certificates
    ]
    said = run(
        MODEL,
        "return {rows: rows().length, checked: document.querySelector('input[type=checkbox]').checked};",
        "#certified=yes&n_real=..22",
    )
    assert said["checked"] and said["rows"] == len(rows) > 0
