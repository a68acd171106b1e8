"""What happens to a page between Markdown and its file: formulas, layout, ranks."""

import functools
import logging
import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from docs.hooks import formulas, layout, ranks, references
from tests import ROOT

pytestmark = pytest.mark.one_backend("text is read, and nothing is computed")


def math(inner):
    return f"<math><semantics><mrow>{inner}</mrow><annotation>x</annotation></semantics></math>"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<mi>log</mi><mo>\u2061</mo><mi>p</mi><mo>=</mo><mn>0</mn>", "log p = 0"),
        ("<mfrac><mn>1</mn><mrow><mn>2</mn><mi>K</mi></mrow></mfrac>", "1/(2K)"),
        ("<msup><mi>σ</mi><mn>2</mn></msup>", "σ²"),
        ("<msup><mi>x</mi><mi>n</mi></msup><msub><mi>z</mi><mi>i</mi></msub>", "x^nz_i"),
        ("<mover><mi>x</mi><mo>^</mo></mover><mspace/><mi>y</mi>", "x\u0302 y"),
        ("<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>S</mi></munderover>",
         "∑_(i=1)^S"),
        ("<msqrt><mi>a</mi><mi>b</mi></msqrt>", "√(ab)"),
    ],
)  # fmt: skip
def test_a_formula_in_words(inner, expected):
    assert formulas.said(math(inner)) == expected
    assert formulas.words(ElementTree.fromstring("<annotation>x</annotation>")) == ""


@pytest.fixture
def page(monkeypatch):
    """A page with one formula twice and one that KaTeX refuses, after Markdown."""

    def rendered(wanted):
        assert wanted == [("a<b", False), ("\\no", True)]
        return [{"html": f"<b>{math('<mi>a</mi>')}</b>"}, {"fault": "no such thing"}]

    monkeypatch.setattr(formulas, "rendered", rendered)
    short = '<span class="arithmatex">\\(a&lt;b\\)</span>'
    long = '<div class="arithmatex">\\[\\no\\]</div>'
    file = SimpleNamespace(src_uri="theory/a.md")
    made = SimpleNamespace(content=f"{short} {short} {long}", file=file, url="theory/a/")
    file.page = made
    return made


def built(page):
    files = SimpleNamespace(documentation_pages=lambda: [page.file])
    formulas.on_env(None, config=None, files=files)
    return formulas.on_post_page(page.content, page=page, config=None)


def test_formulas_are_searched_in_words_and_shown_as_rendered(page):
    output = built(page)
    assert page.content.startswith('<span class="arithmatex" data-formula="0">a</span> <span')
    assert output.count(f'<span class="arithmatex"><b>{math("<mi>a</mi>")}</b></span>') == 2


def test_a_formula_keeps_the_sign_behind_it(page, monkeypatch):
    first, last = (f'<span class="katex-base">{part}</span>' for part in "ab")
    start, end = '<span class="katex"><span class="katex-html">', "</span></span>"
    whole = f"{start}{first}{last}{end}"
    monkeypatch.setattr(formulas, "RENDERED", {("a=b", False): whole})
    spoken = '<span class="arithmatex" data-formula="0">a = b</span>'
    page.content = f"({spoken}), {spoken} and"
    output = formulas.on_post_page(page.content, page=page, config=None)
    kept = f'<span class="kept">{last}<span class="sign">),</span></span>'
    assert output.startswith(f'(<span class="arithmatex">{start}{first}{kept}{end}</span> ')
    assert output.count("kept") == 1 and output.endswith(f"{whole}</span> and")


@pytest.mark.skipif(not (ROOT / "node_modules/katex").exists(), reason="npm ci installs KaTeX")
def test_statements_side_by_side_are_told_apart():
    sources = [r"a=\left(b\qquad c\right),\qquad\qquad\text{if }\{d\}", r"a\qquad b"]
    apart, inline = formulas.rendered([(sources[0], True), (sources[1], False)])
    assert apart["html"].count("katex-display") == 1 and apart["html"].count("<math") == 2
    assert inline["html"].count("<math") == 1
    assert formulas.said(apart["html"]).endswith("if {d}")


def test_the_letters_of_formulas_are_asked_for_early(page):
    page.content = f"<head></head>{page.content}"
    assert '<link rel="preload" href="../../assets/katex/fonts/KaTeX_Main-R' in built(page)


def test_a_fault_names_page_and_formula(page, caplog):
    with caplog.at_level(logging.WARNING):
        assert '<div class="arithmatex">\\no</div>' in built(page)
    assert caplog.messages == ["theory/a.md: no such thing in the formula \\no"]
    assert caplog.records[0].name.startswith("mkdocs.")  # whose warnings end a strict build


def test_pictures_keep_their_place():
    page, config = SimpleNamespace(url="examples/x/"), SimpleNamespace(docs_dir=ROOT / "docs")
    hook = functools.partial(layout.on_post_page, page=page, config=config)
    there, lost = '<img alt="a" src="../../assets/{}.png" width="{}">'.format, '<img src="no.png">'
    whole = hook(there("manifold", 460))
    assert 'width="460" height="460"' in whole and whole.count("width=") == 1
    assert hook(lost) == lost
    assert hook(whole) == whole


def test_long_names_break_after_their_signs():
    page, config = SimpleNamespace(url=""), SimpleNamespace(docs_dir=ROOT / "docs")
    text = "<code>tests/site/test_hooks.py::test_a</code> <code>short_name</code>"
    option = "<code>--beta 4</code>"
    assert layout.on_post_page(option, page=page, config=config) == (
        '<code class="option">--beta 4</code>'
    )
    module = "<code>keras.distribution.DataParallel</code>"
    assert layout.on_post_page(text + module, page=page, config=config) == (
        "<code>tests/<wbr>site/<wbr>test_<wbr>hooks.py::<wbr>test_<wbr>a</code> "
        "<code>short_name</code><code>keras.<wbr>distribution.<wbr>DataParallel</code>"
    )


def test_numbers_in_tables_have_a_true_minus():
    page, config = SimpleNamespace(url=""), SimpleNamespace(docs_dir=ROOT / "docs")
    text = '<td style="text-align: right;">-1.5</td><td><code>-1</code></td><td>a-1</td>'
    assert layout.on_post_page(text, page=page, config=config) == text.replace(">-1.5", ">−1.5")
    small = "<td>2e-05</td><td>β = 1</td><td>1 ± 2</td><td>a = b</td>"
    assert layout.on_post_page(small, page=page, config=config) == (
        "<td>2e−05</td><td>β\u00a0=\u00a01</td><td>1\u00a0±\u00a02</td><td>a = b</td>"
    )


def test_printed_numbers_have_a_true_minus():
    page, config = SimpleNamespace(url=""), SimpleNamespace(docs_dir=ROOT / "docs")
    block = "<pre><span></span><code>{}</code></pre>".format
    printed = block("[-1.5 -.5] 2e-05, 3-4, a-1, x - 2, --n -1")
    assert layout.on_post_page(printed, page=page, config=config) == block(
        "[−1.5 −.5] 2e−05, 3-4, a-1, x - 2, --n −1"
    )
    code = block('<span class="o">-</span><span class="mi">1</span>')
    assert layout.on_post_page(code, page=page, config=config) == code


def test_printed_sentences_may_be_broken_and_columns_may_not():
    page, config = SimpleNamespace(url=""), SimpleNamespace(docs_dir=ROOT / "docs")
    sentence, columns = (
        "what was expected, what came, and what to write " * 2,
        "name   value   error " * 5,
    )
    block = "<pre><span></span><code>{}</code></pre>".format
    printed = layout.on_post_page(block(f"{columns}\n{sentence}\nshort"), page=page, config=config)
    marked = f'<span class="sentence">{sentence}</span>'
    assert printed == block(f"{columns}\n{marked}\nshort")


def test_theory_is_found_first():
    def boost(uri, **meta):
        page = SimpleNamespace(meta=meta, file=SimpleNamespace(src_uri=uri))
        assert ranks.on_page_markdown("words", page=page, config=None, files=None) == "words"
        return page.meta.get("search", {}).get("boost", 1.0)

    assert boost("theory/elbo.md") > boost("theory/notation.md") > boost("guides/data.md")
    assert boost("guides/data.md") == boost("index.md") > boost("api/models.md")
    assert boost("theory/notation.md", search={"boost": 0.5}) == 0.5


def test_titles_under_references_lead_to_the_papers():
    def hook(content):
        return references.on_page_content(content, page=None, config=None, files=None)

    named = "<li>Understanding disentangling in β-VAE, then β-VAE</li>"
    assert hook(named) == named
    heading = '<h2 id="references">References</h2>'
    assert hook(f"{heading}{named}<h2>β-VAE</h2>") == (
        f'{heading}<li><a href="https://arxiv.org/abs/1804.03599">Understanding disentangling in '
        'β-VAE</a>, then <a href="https://openreview.net/forum?id=Sy2fzU9gl">β-VAE</a></li>'
        "<h2>β-VAE</h2>"
    )
    of_a_docstring = '<details class="references" open><p>Latent\n Space Oddity</p></details>'
    assert hook(of_a_docstring) == of_a_docstring.replace(
        "Latent\n Space Oddity",
        '<a href="https://arxiv.org/abs/1710.11379">Latent\n Space Oddity</a>',
    )
    files = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "keras_vae").rglob("*.py")]
    texts = [" ".join(path.read_text(encoding="utf-8").split()) for path in files]
    lists = [re.split("## References|References:", text, maxsplit=1)[1:] for text in texts]
    unused = [title for title in references.ADDRESSES if title not in str(lists)]
    assert not unused
