"""A site: links lead somewhere, rows are those of the tables, what is downloaded verifies, nothing of a file becomes markup."""

import json
import re
import shutil
import zipfile
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

import homotopy as ho
import polysys as ps
from homotopy.common.figures import graded
from homotopy.counting.files.schema import content_digest
from homotopy.errors import SiteError, TableError
from homotopy.tables.format.catalogue import write_catalogue
from homotopy.tables.row_files import verify_row
from homotopy.tables.site.build import build_site
from homotopy.tables.site.drawings import bars_of_counts, bars_of_energies, colour, histogram, scatter
from homotopy.tables.site.folder import MARKER, Names, SiteFolder, is_site
from homotopy.tables.site.markup import data_block, element, link
from homotopy.tables.site.measured import complex_in_words, figures, means_table
from tests.homotopy.tables.small_root import small_root
from tests.homotopy.tables.test_tables import reseal

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e\x1b[31m"
VOID = {"meta", "link", "br", "hr", "input"}


class Page(HTMLParser):
    """What a page has: elements, addresses, data; and whether its elements are closed in order."""

    def __init__(self, path):
        super().__init__()
        self.path, self.elements, self.addresses, self.data, self.texts, self._open, self._is_data = (
            path,
            [],
            [],
            {},
            [],
            [],
            None,
        )
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.elements.append((tag, found))
        self.addresses += [found[a] for a in ("href", "src") if a in found]
        if tag not in VOID:
            self._open.append(tag)
        self._is_data = found["id"] if tag == "script" and "id" in found else None

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag, (self.path, tag)
        self._is_data = None

    def handle_data(self, text):
        if self._is_data is None:
            self.texts.append(text)
        else:
            self.data[self._is_data] = json.loads(text)

    @property
    def text(self):
        return "".join(self.texts)


def pages_of(site):
    return [Page(path) for path in sorted(site.rglob("*.html"))]


def linked(page):
    """All addresses of a page, those in its data too."""
    found = list(page.addresses)
    for data in page.data.values():
        found += data.get("links") or []
        found += list((data.get("pages") or {}).get("certificates", {}).values())
    return found


def assert_sound(site):
    """Every link leads to a file of the site, and nothing but our own program runs."""
    for page in pages_of(site):
        for address in linked(page):
            parts = urlsplit(address)
            assert not parts.scheme and not parts.netloc, address
            target = (page.path.parent / unquote(parts.path)).resolve()
            assert target.is_file() and target.is_relative_to(site.resolve()), (page.path, address)
            if parts.fragment:
                key = unquote(parts.fragment.removeprefix("row="))
                (data,) = [d for d in Page(target).data.values() if d.get("pages")]
                place = [c["name"] for c in data["columns"]].index(data["pages"]["key"])
                assert key in {str(row[place]) for row in data["rows"]}
        for tag, attributes in page.elements:
            assert not [a for a in attributes if a.startswith("on")], (page.path, tag, attributes)
            assert tag not in ("img", "iframe", "object", "embed", "base", "form", "foreignobject")
            if tag == "script":
                assert attributes.get("type") == "application/json" or attributes["src"].endswith("site.js")


def column(data, name):
    place = [c["name"] for c in data["columns"]].index(name)
    return [row[place] for row in data["rows"]]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return small_root(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    place = tmp_path_factory.mktemp("web") / "site"
    build_site(place, root=root)
    return place


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder with a census, an ensemble, a damaged census, and files of others."""
    place = tmp_path_factory.mktemp("runs")
    (place / "deep").mkdir()
    ho.census(ps.expression("x^4/4 - x^2/2 + x/9 + y^2/2")).save(place / "deep" / "well.json")
    ho.ensemble("spherical-p-spin:n=2,p=3", samples=6, seed=5, workers=0, store=place / "glass")
    whole = (place / "deep" / "well.json").read_bytes()
    (place / "cut.json").write_bytes(whole[: len(whole) // 2])
    (place / "altered.json").write_bytes(whole.replace(b'"n_real": 3', b'"n_real": 4'))
    (place / "empty.json").write_bytes(b"")
    (place / "other.json").write_text('{"scripts": {}}')
    return place


def test_links_lead_to_files_and_nothing_else_runs(site):
    assert_sound(site)
    assert len(pages_of(site)) == 1 + 3 + 5


def test_the_index_lists_every_model_once(site, root):
    page = Page(site / "index.html")
    data = page.data["index-data"]
    counts, glass = (
        ho.load_table("polynomial-network:counts=complex", root),
        ho.load_table("spherical-p-spin:p=5", root),
    )
    assert sorted(column(data, "model")) == sorted([*counts.model_labels, *glass.model_labels])
    k = column(data, "model").index("spherical-p-spin:n=3,p=5")
    assert (
        column(data, "complex")[k] == 21 and column(data, "verdict")[k] == "proved" and column(data, "unknowns")[k] == 3
    )
    assert column(data, "real")[k] == pytest.approx(glass.mean("n_real", "spherical-p-spin:n=3,p=5").value, rel=1e-4)
    assert {c["name"] for c in data["columns"] if c["filter"]} == {
        "family",
        "what",
        "unknowns",
        "complex",
        "real",
        "verdict",
    }
    assert "Published numbers on tensors" in page.text


def test_rows_are_those_of_the_table_with_what_they_rest_on(site, root):
    label = "spherical-p-spin:n=3,p=5"
    samples = ho.load_table("spherical-p-spin:p=5", root).samples(label)
    page = Page(site / "tables" / "spherical-p-spin__p-5" / "spherical-p-spin__n-3_p-5.html")
    data = page.data["rows-data"]
    for name in ("sample", "verdict", "n_complex", "n_real", "n_minima", "lowest_energy", "digest"):
        assert column(data, name) == [getattr(r, name) for r in samples.rows]
    assert column(data, "energies")[3] == list(samples.rows[3].energies) and column(data, "by_index")[3] == list(
        samples.rows[3].by_index
    )
    pages = data["pages"]
    reasons = {pages["reasons"][k] for k in pages["reason"]}
    assert reasons == {
        "21 certified distinct solutions = eigenvector classes ((p-1)^n - 1)/(p-2) [Cartwright & Sturmfels 2013]."
    }
    assert pages["command"] == ["stationary count", label, f"--seed {samples.seed} --index", "{sample}"]
    assert len(pages["certificates"]) == samples.entry.certificates
    means = samples.predicted_means
    assert f"{means.total.value:.7g} (exact)" in page.text or f"{means.total.value:.7g} (quadrature)" in page.text
    assert sum(tag == "svg" for tag, _ in page.elements) == 3


def test_a_downloaded_certificate_verifies(site):
    page = site / "tables" / "spherical-p-spin__p-5" / "spherical-p-spin__n-3_p-5.html"
    files = Page(page).data["rows-data"]["pages"]["certificates"]
    assert verify_row(page.parent / unquote(files["20"])).is_ok
    page = site / "tables" / "polynomial-network__counts-complex.html"
    files = Page(page).data["rows-data"]["pages"]["certificates"]
    assert len(files) == 6 and verify_row(page.parent / unquote(next(iter(files.values())))).is_ok


def test_the_sentence_beside_the_download_names_the_file_that_verify_takes(site):
    text = Page(site / "tables" / "spherical-p-spin__p-5.html").text
    assert "a zip archive" in text and "stationary verify spherical-p-spin__p-5.zip rechecks it" in text


def test_classes_are_called_classes(site):
    page = Page(site / "tables" / "spherical-p-spin__p-5" / "spherical-p-spin__n-3_p-5.html")
    assert "complex classes" in page.text and "a real one carries 2 points" in page.text
    assert {c["title"] for c in page.data["rows-data"]["columns"] if c["name"] == "n_complex"} == {"complex classes"}
    assert "21 classes" in Page(site / "tables" / "spherical-p-spin__p-5.html").text
    index = Page(site / "index.html").data["index-data"]
    units = dict(zip(column(index, "model"), column(index, "unit"), strict=True))
    assert {unit for label, unit in units.items() if label.startswith("spherical")} == {"classes"}
    assert {unit for label, unit in units.items() if not label.startswith("spherical")} == {""}


def test_an_exact_total_has_means_by_index_from_integrals(site):
    text = Page(site / "tables" / "spherical-p-spin__p-5" / "spherical-p-spin__n-3_p-5.html").text
    assert text.count("(exact)") == 1 and text.count("(quadrature)") == 3
    assert "Exact: Breiding" in text and "Quadrature: the Kac-Rice formula" in text


@pytest.fixture(scope="module")
def network():
    return ho.load_table("deep-linear:data=gaussian").samples("deep-linear:widths=2-2-2,data=gaussian")


def test_an_index_that_was_never_seen_is_marked_and_its_bound_explained(network):
    """The mean is at most (1 - 0.05^(1/200)) 1089 = 16.19, which is told and not drawn to scale."""
    shapes = str(figures(network, {}, 0, None)).partition("</figure>")[2]
    assert shapes.count(">not seen<") == 4 and shapes.count('class="error"') == 5
    assert ">4</text>" in shapes and ">15</text>" not in shapes  # ticks of the vertical axis; the indices go to 8
    said = str(means_table(network, None))
    assert (
        "0.05^(1/200) = 0.0149" in said
        and "index 5 to 8" in said
        and "more than 1089" in said
        and "at most 16.19." in said
    )
    assert network.mean(5).interval(0.95).high == pytest.approx((1 - 0.05 ** (1 / 200)) * 1089)


def test_one_bound_stands_on_all_pages(network):
    """Each sample's own ideal allows 225, of which all are found; the mixed volume allows 1089."""
    assert complex_in_words(network) == "225" and network.family.bound == 1089
    assert {row.bound for row in network.rows} == {225}


def test_the_index_has_the_colours_of_all_figures():
    for k in range(9):
        hexadecimal = colour(k, 8).removeprefix("#")
        assert [int(hexadecimal[i : i + 2], 16) / 255 for i in (0, 2, 4)] == pytest.approx(graded(k, 8)[:3], abs=0.02)


def test_a_downloaded_table_is_the_table(site, tmp_path):
    with zipfile.ZipFile(site / "tables" / "spherical-p-spin__p-5.zip") as packed:
        packed.extractall(tmp_path)
    assert ho.load_table(tmp_path / "spherical-p-spin__p-5").verify("overall").is_ok


def test_a_downloaded_table_is_verified_as_it_is(site, stationary, tmp_path):
    downloaded = site / "tables" / "spherical-p-spin__p-5.zip"
    result = stationary("verify", str(downloaded))
    assert result.code == 0 and "ok" in result.out.splitlines()[0]
    (tmp_path / "cut.zip").write_bytes(downloaded.read_bytes()[:-4000])
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as packed:
        packed.writestr("a/x.txt", "1")
    with zipfile.ZipFile(downloaded) as packed, zipfile.ZipFile(tmp_path / "altered.zip", "w") as again:
        for name in packed.namelist():
            again.writestr(name, packed.read(name).replace(b"spherical-p-spin", b"spherical-p-sp1n"))
    for name, words in (("cut", "damaged archive"), ("other", "no archive of one table"), ("altered", ""), ("nowhere", "no such file")):
        result = stationary("verify", str(tmp_path / f"{name}.zip"))
        assert result.code == 2 and words in result.err and "Traceback" not in result.err, result.err


def test_proved_again_rows_have_all_their_energies(tmp_path):
    root = tmp_path / "data"
    name = "polynomial-network__data-gaussian"
    shutil.copytree(ho.load_table("polynomial-network:data=gaussian").folder, root / "tables" / name)
    write_catalogue(root)
    build_site(tmp_path / "site", root=root, is_proving=True)
    path = next((tmp_path / "site" / "tables" / name).glob("*.html"))
    data = Page(path).data["rows-data"]
    for key in data["pages"]["certificates"]:
        k = column(data, "sample").index(int(key))
        assert len(column(data, "energies")[k]) == len(column(data, "indices")[k]) == column(data, "n_real")[k]
        assert min(column(data, "energies")[k]) == column(data, "lowest_energy")[k]


def test_the_same_input_makes_the_same_bytes(root, site, tmp_path):
    build_site(tmp_path / "again", root=root)
    files = sorted(p.relative_to(site) for p in site.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(tmp_path / "again") for p in (tmp_path / "again").rglob("*") if p.is_file())
    assert all((site / f).read_bytes() == (tmp_path / "again" / f).read_bytes() for f in files)


def test_a_folder_of_runs(runs, tmp_path):
    report = build_site(tmp_path / "site", [runs], has_tables=False)
    assert (report.n_censuses, report.n_ensembles, report.n_tables) == (1, 1, 0)
    why = dict(report.unreadable)
    assert set(why) == {f"{runs.name}/{name}.json" for name in ("cut", "altered", "empty")}
    assert "no complete JSON" in why[f"{runs.name}/cut.json"] and "was altered" in why[f"{runs.name}/altered.json"]
    assert_sound(tmp_path / "site")
    index = Page(tmp_path / "site" / "index.html")
    assert "altered.json was altered" in index.text and str(runs.parent) not in index.text
    census = Page(next((tmp_path / "site" / "censuses").glob("*.html")))
    assert column(census.data["points-data"], "index") == [0, 0, 1]
    assert "-0.36404273" in census.text and "proved" in census.text and "Bezout" in census.text
    assert ho.verify(next((tmp_path / "site" / "censuses").glob("*.json"))).is_ok
    ensemble = Page(next((tmp_path / "site" / "ensembles").glob("*.html")))
    assert column(ensemble.data["rows-data"], "n_complex") == [3] * 6


def test_what_files_say_never_becomes_markup(runs, tmp_path):
    """Labels, names of variables, of engines and of files, all hostile, in a census that is otherwise sound."""
    content = json.loads((runs / "deep" / "well.json").read_text())
    content["model"] = HOSTILE
    content["run"] |= {"engine": HOSTILE, "engine_version": HOSTILE, "start": HOSTILE}
    content["seed"] = 3
    content["sha256"] = content_digest(content)
    source = tmp_path / "<b onclick='alert(3)'>"
    source.mkdir()
    (source / "<script>alert(4)<⁄script>&\"'%2e%2e.json").write_text(json.dumps(content))
    (source / "<i>.json").write_bytes(b"\0")
    report = build_site(tmp_path / "site", [source], has_tables=False)
    assert report.n_censuses == 1 and len(report.unreadable) == 1
    assert_sound(tmp_path / "site")
    for path in (tmp_path / "site").rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9_.~-]+", path.name)
        if path.suffix == ".html":
            raw = path.read_text()
            assert "<script>" not in raw and "<img" not in raw and "\x1b" not in raw and "\u202e" not in raw
            assert "alert(1)" in raw  # it is shown, as text
    census = Page(next((tmp_path / "site" / "censuses").glob("*.html")))
    assert "<img src=x onerror=alert(2)>" in census.text
    commands = [t for t in census.texts if t.startswith("stationary count")]
    assert commands and commands[0].startswith("stationary count '</script>")  # one word for a shell


def test_a_hostile_table_is_shown_as_text(root, tmp_path):
    place = small_root(tmp_path / "data")
    folder = place / "tables" / "published__tensors"
    rows = folder / "rows.csv"
    rows.write_text(
        rows.read_text().replace(
            "singular vector tuples of a generic 2x2x2 tensor", "<img src=x onerror=alert(5)></script>"
        )
    )

    def edit(content):
        content["title"] = "<svg onload=alert(6)>"
        content["references"] = ["javascript:alert(7)"]

    reseal(folder, edit)
    write_catalogue(place)
    build_site(tmp_path / "site", root=place)
    assert_sound(tmp_path / "site")
    page = Page(tmp_path / "site" / "tables" / "published__tensors.html")
    assert "<img src=x onerror=alert(5)></script>" in column(page.data["rows-data"], "quantity")
    assert "<svg onload=alert(6)>" in page.text and "javascript:alert(7)" in page.text


def test_a_table_whose_numbers_do_not_fit_is_an_error(tmp_path):
    place = small_root(tmp_path / "data")
    folder = place / "tables" / "spherical-p-spin__p-5"
    rows = folder / "rows.csv"
    lines = rows.read_text().splitlines(keepends=True)
    cells = lines[1].split(",")
    at = next(k for k, cell in enumerate(cells) if " " in cell)  # by_index, with one index too many
    lines[1] = ",".join([*cells[:at], cells[at] + " 4", *cells[at + 1 :]])
    rows.write_text("".join(lines))
    reseal(folder)
    write_catalogue(place)
    with pytest.raises(TableError, match="The table spherical-p-spin:p=5 cannot be shown"):
        build_site(tmp_path / "site", root=place)


def test_only_an_empty_folder_or_a_site_is_written(root, site, tmp_path):
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(SiteError, match="is not empty, and not a site of ours"):
        build_site(tmp_path, root=root)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
    for marker in ("{", "[]", '{"format": "other", "files": []}', '{"format": "stationary-site"}'):
        (tmp_path / MARKER).write_text(marker)
        assert not is_site(tmp_path)
    with pytest.raises(SiteError, match="cannot be made or read"):
        build_site(tmp_path / "mine.txt", root=root)
    with pytest.raises(SiteError, match="cannot be made or read"):
        build_site("a\0b", root=root)


def test_a_site_replaces_an_earlier_one_and_nothing_outside(runs, tmp_path):
    place, precious = tmp_path / "site", tmp_path / "precious.html"
    build_site(place, [runs], has_tables=False)
    precious.write_text("keep me")
    (place / "notes.txt").write_text("keep me")
    marker = json.loads((place / MARKER).read_text())
    marker["files"] += ["../precious.html", str(precious), "censuses/../../precious.html", "a\0b", 7]
    (place / MARKER).write_text(json.dumps(marker))
    only = tmp_path / "only"
    shutil.copytree(runs / "glass", only / "glass")
    build_site(place, [only], has_tables=False)
    assert precious.exists() and (place / "notes.txt").exists()
    assert not list((place / "censuses").iterdir()) and len(list((place / "ensembles").iterdir())) == 1
    assert json.loads((place / MARKER).read_text())["files"] == sorted(
        p.relative_to(place).as_posix() for p in place.rglob("*") if p.is_file() and p.name not in (MARKER, "notes.txt")
    )


def test_a_site_that_was_interrupted_can_be_built_again(tmp_path):
    SiteFolder.open(tmp_path / "site").write("index.html", b"half")
    assert is_site(tmp_path / "site")
    SiteFolder.open(tmp_path / "site")


def test_a_site_is_not_taken_for_a_source(runs, tmp_path):
    own = tmp_path / "runs"
    shutil.copytree(runs, own)
    first = build_site(own / "site", [own], has_tables=False)
    again = build_site(own / "site", [own], has_tables=False)
    assert (first.n_censuses, again.n_censuses) == (1, 1)


def test_nothing_to_show_and_no_folder_are_errors(tmp_path):
    with pytest.raises(SiteError, match="nothing to show"):
        build_site(tmp_path / "site", has_tables=False)
    with pytest.raises(SiteError, match="is no folder"):
        build_site(tmp_path / "site", [tmp_path / "absent"])
    assert not (tmp_path / "site").exists()


def test_names_of_files_are_safe_and_given_once():
    names = Names()
    found = [names.of(label) for label in ("a:n=2", "A:n=2", "a:n=2", "../..", "", "<b>", "é", "x" * 500)]
    assert found == ["a__n-2", "A__n-2-2", "a__n-2-3", "unnamed", "unnamed-2", "b", "unnamed-3", "x" * 100]


def test_markup_escapes_all_but_itself():
    assert element("p", element("b", "1 < 2"), " & ", title='"') == '<p title="&quot;"><b>1 &lt; 2</b> &amp; </p>'
    assert link("a b", 'c"d.html', fragment="x=1&y") == "a%20b/c%22d.html#row=x%3D1%26y"
    assert "</script>" not in data_block("x", {HOSTILE: [HOSTILE]})[:-9]


def test_histograms_hold_every_sample():
    counts = {2: 5, 6: 3, 1000: 1}
    assert sum(n for bar in bars_of_counts(counts) for n, _ in bar.parts) == 9
    energies = {0: [-1.0, -1.0, 2.0], 1: [0.5]}
    bars = bars_of_energies(energies, 1, 4)
    assert [sum(n for n, _ in bar.parts) for bar in bars] == [2, 0, 1, 1]
    assert bars_of_counts({}) == [] and bars_of_energies({0: [float("nan")]}, 0) == []
    assert histogram([], "x", "y") is None and scatter([], "x", "y") is None
    assert (
        histogram(bars_of_counts({7: 1}), "x", "y") is not None
        and scatter([(1, 1, "proved", "one")], "x", "y") is not None
    )
