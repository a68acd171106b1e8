"""Formulas are rendered while the site is built, by one run of KaTeX, and searched in words.

Pages need no script to show them. From the end of Markdown to the written page a formula is its
words, `KL(q(z|x) ‖ p(z))`, so that this is what the search finds and shows.
"""

import html
import json
import logging
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

FAULTS = logging.getLogger("mkdocs.hooks.formulas")  # a warning ends a strict build
SOURCE = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.DOTALL)
MATHML = re.compile(r"<math.*?</math>", re.DOTALL)
SPACED = set("=≠<>≤≥≈≃∼∝+−±←→↦⟶∈⊙∣∥‖")
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
ACCENTS = {"^": "\u0302", "~": "\u0303", "ˉ": "\u0304"}
FONTS = ("KaTeX_Main-Regular", "KaTeX_Math-Italic")
RENDERED: dict[tuple[str, bool], str] = {}


def keys(content):
    """What to render on a page: source, and whether it stands on a line of its own."""
    return [(html.unescape(source), mark == "[") for _, mark, source in SOURCE.findall(content)]


def rendered(formulas):
    """What KaTeX makes of them: `html`, or the `fault` that it finds."""
    command = ["node", str(Path(__file__).with_suffix(".mjs"))]
    run = subprocess.run(command, input=json.dumps(formulas), capture_output=True, encoding="utf-8")
    if run.returncode:
        from mkdocs.exceptions import PluginError

        raise PluginError(f"KaTeX renders the formulas, and `npm ci` installs it: {run.stderr}")
    return json.loads(run.stdout)


def raised(base, power):
    """A power of one digit is that digit, raised."""
    return base + power.translate(RAISED) if power in "0123456789" else f"{base}^{power}"


def words(node):
    """A formula on one line, from its MathML."""
    name = node.tag.rpartition("}")[2]
    if name == "annotation":
        return ""
    if len(node) == 0:
        text = (node.text or "").replace("\u2061", " ")  # the invisible sign of a function applied
        return " " if name == "mspace" else f" {text} " if text in SPACED else text
    parts = [words(child).strip() for child in node]
    grouped = [part if len(part) == 1 else f"({part.replace(' ', '')})" for part in parts]
    match name:
        case "mfrac":
            return f"{grouped[0]}/{grouped[1]}"
        case "msup":
            return raised(parts[0], grouped[1])
        case "msub" | "munder":
            return f"{parts[0]}_{grouped[1]}"
        case "msubsup" | "munderover":
            return raised(f"{parts[0]}_{grouped[1]}", grouped[2])
        case "mover":
            return parts[0] + ACCENTS.get(parts[1], "")
        case "msqrt":
            return f"√({''.join(parts)})"
        case "mtr":
            return f"{' '.join(parts)}; "
    return "".join(words(child) for child in node)


def said(page):
    """The words of what was rendered, statement by statement."""
    statements = MATHML.findall(page)
    return " ".join(" ".join(words(ElementTree.fromstring(one)) for one in statements).split())


def on_env(env, *, config, files):
    """Renders what all pages hold at once, and puts words into its place."""
    pages = [file.page for file in files.documentation_pages() if file.page and file.page.content]
    RENDERED.clear()
    wanted = list(dict.fromkeys(key for page in pages for key in keys(page.content)))
    faults = {}
    for key, answer in zip(wanted, rendered(wanted), strict=True):
        RENDERED[key] = answer.get("html", "")
        faults[key] = answer.get("fault")
    numbers = {key: number for number, key in enumerate(wanted)}
    for page in pages:
        for key in keys(page.content):
            if faults[key]:
                FAULTS.warning("%s: %s in the formula %s", page.file.src_uri, faults[key], key[0])

        def spoken(found):
            tag, mark, source = found.groups()
            key = html.unescape(source), mark == "["
            text = html.escape(said(RENDERED[key]) if RENDERED[key] else key[0])
            return f'<{tag} class="arithmatex" data-formula="{numbers[key]}">{text}</{tag}>'

        page.content = SOURCE.sub(spoken, page.content)
    return env


def on_post_page(output, *, page, config):
    """Puts what was rendered into the place of its words."""
    pages = list(RENDERED.values())

    def early(font):
        steps = "../" * page.url.count("/")
        address = f"{steps}assets/katex/fonts/{font}.woff2"
        return f'<link rel="preload" href="{address}" as="font" type="font/woff2" crossorigin>'

    def shown(found):
        tag, number, text, sign = found.groups()
        formula = pages[int(number)] or text
        if sign:  # no line ends between the last part of a formula and the sign behind it
            start, part, rest = formula.rpartition('<span class="katex-base">')
            end = len(rest) - len("</span></span>") if part else len(rest)
            last = f'<span class="kept">{part}{rest[:end]}<span class="sign">{sign}</span></span>'
            formula = f"{start}{last}{rest[end:]}"
        return f'<{tag} class="arithmatex">{formula}</{tag}>'

    pattern = r'<(span|div) class="arithmatex" data-formula="(\d+)">([^<]*)</\1>([.,;:?!)]*)'
    output, count = re.subn(pattern, shown, output)
    if count:  # letters that come late would move what is read
        output = output.replace("</head>", "".join(map(early, FONTS)) + "</head>", 1)
    return output
