"""Every check sees the fault it is for: a small tree is made, checked clean, broken in one place and checked again."""
import struct
import subprocess
import sys
import unittest
from pathlib import Path

from planted import FIT, KIND, SOURCE, Planted

import abi
import built
import generate
import headers
import levels
import mirror
import options
import touched
import tree

COMPILER = "cc"
TOOLS = Path(generate.__file__).parent


class Grammar(Planted):
    def errors(self, old, new, *words, header="include/lamella/probe/fit.h"):
        self.change(header, old, new)
        self.sees(headers.read(self.root).errors, *words)

    def test_a_clean_header(self):
        self.assertEqual(headers.read(self.root).errors, [])

    def test_experimental(self):
        self.assertNotIn("(experimental)", abi.text(headers.read(self.root)))
        self.change("include/lamella/probe/fit.h", "LAMELLA_API lamella_status lamella_probe_score(", "LAMELLA_EXPERIMENTAL lamella_status lamella_probe_score(")
        api = headers.read(self.root)
        self.assertEqual(api.errors, [])
        self.assertIn("function (experimental) lamella_status lamella_probe_score(", abi.text(api))
        self.assertIn("Experimental: its parameters may still change before 0.1.", mirror.files(api)["probe.py"])

    def test_undocumented_parameter(self):
        self.errors(" * @in     x       f32|f64 [row, dim]\n", "", "probe/fit.h:26:", "no line for the parameter x")

    def test_line_of_no_parameter(self):
        self.errors(" * @out    score", " * @in     extra   i64\n * @out    score", "probe/fit.h:23:", "no parameter", "extra")

    def test_lines_out_of_order(self):
        self.errors(" * @in     x       f32|f64 [row, dim]\n * @in     widths  list i64 [width]\n",
                    " * @in     widths  list i64 [width]\n * @in     x       f32|f64 [row, dim]\n", "in its place")

    def test_no_return(self):
        self.errors(" * @return OK; SHAPE\n", "", "has no @return")

    def test_unknown_status(self):
        self.errors("OK; SHAPE", "OK; SHAPES", "SHAPES is no status")

    def test_no_since(self):
        self.errors(" * @since  0.1\n", "", "has no @since")

    def test_no_paper(self):
        self.errors(" * @paper  The Consciousness Prior\n", "", "has no @paper")

    def test_inexact_title(self):
        self.errors("The Consciousness Prior", "The Consciousness prior", "probe/fit.h:18:", "no title")

    def test_a_second_title_is_checked_too(self):
        self.errors(" * @paper  The Consciousness Prior\n", " * @paper  The Consciousness Prior\n * @paper  Another\n", "fit.h:19:", "no title")

    def test_no_description(self):
        self.errors(" * Scores rows.\n", " *\n", "no description")

    def test_no_comment(self):
        self.errors("/**\n * Scores", "/*\n * Scores", "no /** */ comment")

    def test_unknown_tag(self):
        self.errors(" * @since", " * @sinse", "no tag of ours")

    def test_two_lines_for_a_tag(self):
        self.errors(" * @since", " * and more\n * @since", "a tag takes one line")

    def test_tags_out_of_order(self):
        self.errors(" * @return OK; SHAPE\n * @since  0.1\n", " * @since  0.1\n * @return OK; SHAPE\n", "stands after")

    def test_unknown_dtype(self):
        self.errors("f32|f64 [row", "f32|f12 [row", "expected a kind")

    def test_kind_and_type_differ(self):
        self.errors("x       f32|f64 [row, dim]", "x       path", "path is declared const lamella_view *")

    def test_axis_that_no_input_tells(self):
        self.errors("[row, width]", "[rows, width]", "no input tells the size of the axis `rows`")

    def test_list_without_count(self):
        self.errors("widths  list i64 [width]\n * @in     n_widths i64", "widths  list i64 [width]\n * @in     count    i64",
                    "no argument tells its length")

    def test_the_count_of_a_list_follows_it(self):
        self.change("include/lamella/probe/fit.h", "const int64_t *widths, int64_t n_widths,", "int64_t n_widths, const int64_t *widths,")
        self.errors(" * @in     widths  list i64 [width]\n * @in     n_widths i64", " * @in     n_widths i64\n * @in     widths  list i64 [width]",
                    "probe/fit.h:21: widths: no argument tells its length")

    def test_a_list_of_what_is_no_element(self):
        self.errors("list i64 [width]", "list i32 [width]", "probe/fit.h:20: widths: expected `list i64|f64|text [axis]`")
        self.errors("list i32 [width]", "list i64 [width, 2]", "probe/fit.h:20: widths: expected `list i64|f64|text [axis]`")

    def test_option_named_as_an_argument(self):
        self.errors("int32_t  kind;", "int32_t  x;   ", "x is also a field of the options")

    def test_options_without_size(self):
        self.errors("    uint32_t struct_size;\n", "    uint32_t size;\n", "begins with struct_size")

    def test_room_in_the_name(self):
        self.errors("lamella_probe_score(lamella_context", "lamella_prove_score(lamella_context", "the second word is not its room")

    def test_first_line_names_the_family(self):
        self.errors("/* fit: one", "/* fits: one", "another word than the family")

    def test_two_variables_in_one_line(self):
        self.errors("int32_t  kind;", "int32_t  kind, more;", "not a declaration of one variable")

    def test_enumerator_without_a_number(self):
        self.errors("LAMELLA_F64 = 2", "LAMELLA_F64", "number written out", header="include/lamella/base.h")

    def test_computing_macro(self):
        self.errors("#define LAMELLA_STOP (-1)", "#define LAMELLA_STOP(x) (x)", "computing macro", header="include/lamella/base.h")

    def test_what_is_not_understood(self):
        self.errors("/* Zero means", "union lamella_u;\n/* Zero means", "not understood")

    def test_too_many_lines(self):
        self.errors("/* Zero means", "\n" * 400 + "/* Zero means", "over 400 lines")

    def test_too_many_functions(self):
        text = FIT[FIT.index("/**"):FIT.index("#ifdef __cplusplus\n}")]
        copies = "".join(text.replace("_score(", f"_score{i}(") for i in range(15))
        self.errors("/**\n", copies + "/**\n", "16 functions, over 15")

    def test_too_many_parameters(self):
        more = [("a", "b", "c", "d")]
        self.change("include/lamella/probe/fit.h", " * @in     options options", "".join(f" * @in     {n} f32 [row]\n" for n in more[0]) + " * @in     options options")
        self.errors("    const lamella_probe_score_options *options, const lamella_view *score);",
                    "".join(f"    const lamella_view *{n}," for n in more[0]) + "    const lamella_probe_score_options *options, const lamella_view *score);",
                    "8 parameters besides ctx, options, outputs and result, over 6")

    def with_field(self, field, line, *words):
        self.change("include/lamella/probe/fit.h", KIND, KIND + field)
        self.errors("NULL: default\n", "NULL: default\n" + line, *words)

    def test_field_that_is_an_input(self):
        self.change("include/lamella/probe/fit.h", KIND, KIND + "    const lamella_view *mask;\n")
        self.change("include/lamella/probe/fit.h", "NULL: default\n", "NULL: default\n * @in     options.mask f32 [row] NULL: none\n")
        api = headers.read(self.root)
        self.assertEqual(api.errors, [])
        mask = next(a for a in api.functions[0].arguments if a.name == "mask")
        self.assertEqual((mask.inside, mask.kind, mask.optional, mask.of_struct), ("options", "view", True, "lamella_probe_score_options"))

    def test_one_name_for_two_arguments(self):
        self.change("include/lamella/probe/fit.h", KIND, KIND + "    const lamella_view *score;\n")
        self.errors("NULL: default\n", "NULL: default\n * @in     options.score f32 [row]\n", "score is the name of two arguments")

    def test_line_of_no_field(self):
        self.with_field("", " * @in     options.mask f32 [row]\n", "a line for no parameter", "options.mask")

    def test_field_of_another_type(self):
        self.with_field("    const double *mask;\n", " * @in     options.mask f32 [row]\n", "mask: view is declared const double *")

    def test_list_without_a_length(self):
        self.with_field("    const int64_t *ids;\n", " * @in     options.ids list i64 [id]\n", "ids: the number behind a list is its length")

    def test_header_of_no_room(self):
        self.write("include/lamella/prove.h", "/* prove: nothing */\n")
        self.sees(headers.read(self.root).errors, "prove.h", "of no room")


class Callbacks(Planted):
    """An argument that is a struct of functions."""
    HEADER = "include/lamella/probe/fit.h"
    RUN = "    int64_t (*run)(int64_t first, const lamella_view *states, lamella_view *out /* NULL: none */, void *user); /* {answers rows} runs */\n"
    USER = "    void    *user;\n"
    LATER = "    void    (*ended)(void *user); /* {optional} at the end */\n"
    HOST = ("typedef struct lamella_probe_host {\n    uint32_t struct_size;\n    uint32_t reserved0;\n" + RUN + USER + LATER
            + "} lamella_probe_host;\n\n")

    def setUp(self):
        super().setUp()
        self.change(self.HEADER, "/* Zero means", self.HOST + "/* Zero means")
        self.change(self.HEADER, " * @in     x ", " * @in     host    callbacks the model\n * @in     x ")
        self.change(self.HEADER, "(lamella_context *ctx, ", "(lamella_context *ctx, const lamella_probe_host *host, ")

    def test_each_is_told_to_python(self):
        api = headers.read(self.root)
        self.assertEqual(api.errors, [])
        text = mirror.files(api)["probe.py"]
        for line in ("('int64_t', 'first'), ('const lamella_view *', 'states'), ('lamella_view *', 'out'), ('void *', 'user')", "of='lamella_probe_host', required=['run']",
                     "a function (first, states, out); answers rows; runs", "a function (); optional; at the end"):
            self.assertIn(line, text)

    def test_what_is_no_struct_of_callbacks(self):
        run, user, later, told = self.RUN, self.USER, self.LATER, "lamella_probe_host.run: "
        for old, new, words in (
                (user, "", "holds functions and one `void *user`"), (user, user + user, "holds functions and one `void *user`"),
                (run + user + later, user, "holds functions and one `void *user`"),
                (user, user + "    int64_t  n;\n", "lamella_probe_host.n: a struct of callbacks holds functions"),
                (user, "    const void *user;\n", "lamella_probe_host.user: a struct of callbacks holds functions"),
                (", void *user); /* {answers", "); /* {answers", told + "its last parameter is no `void *user`"),
                ("(void *user); /* {opt", "(void); /* {opt", "ended: its last parameter is no `void *user`"),
                ("out /* NULL: none */, void *user", "out, void *user, int32_t n", told + "its last parameter is no `void *user`"),
                ("int64_t (*run)", "double  (*run)", told + "it returns double, expected int32_t, int64_t or void"),
                ("int64_t first", "float first", told + "first is a float, expected int32_t"),
                ("int64_t first", "void (*task)(int64_t i)", told + "task is a void, expected int32_t"),
                ("{answers rows} runs", "runs", told + "what an int64_t counts is said as {answers ...}"),
                ("int64_t (*run)", "int32_t (*run)", told + "what an int64_t counts is said as {answers ...}"),
                ("{answers rows}", "{answers rows; always}", told + "no attribute of ours: always"),
                ("{optional} at", "at", "ended: what came after `user` is not in the structs of older hosts, so it is {optional}"),
                ("host    callbacks the", "host    callbacks {optional} the", "host: callbacks are an argument that is always given"),
                ("(*ended)", "(*score)", "score is a callback and another argument"), ("(*ended)", "(*kind)", "kind is a callback and another argument"),
                ("(*ended)", "(*ctx)", "ctx is a callback and another argument"), ("(*ended)", "(*dtype)", "dtype is a callback and another argument"),
                ("const lamella_probe_host *host", "lamella_probe_host *host", "host: callbacks is declared lamella_probe_host *"),
                ("    uint32_t struct_size;\n    uint32_t reserved0", "    uint32_t size;\n    uint32_t reserved0", "begins with struct_size")):
            with self.subTest(words):
                before = (self.root / self.HEADER).read_text(encoding="utf-8")
                self.change(self.HEADER, old, new)
                self.sees(headers.read(self.root).errors, "lamella/probe/fit.h:", words)
                self.write(self.HEADER, before)

    def test_callbacks_of_the_options_are_none_of_this_kind(self):
        self.change(self.HEADER, KIND, KIND + "    const lamella_probe_host *other;\n")
        self.change(self.HEADER, "NULL: default\n", "NULL: default\n * @in     options.other callbacks\n")
        self.sees(headers.read(self.root).errors, "other: callbacks are an argument that is always given")

    def test_one_that_no_test_gives(self):
        for name in ("run", "ended"):
            self.sees(touched.check_options(self.root), f"no test sets callbacks->{name}")


class Mirror(Planted):
    """What Python is told of the structs and functions."""
    KINDS = "enum {\n    LAMELLA_KIND_FINE   = 1,\n    LAMELLA_KIND_COARSE = 2\n};\n/* Zero means"

    def with_kind(self, comment):
        return FIT.replace("/* Zero means", self.KINDS).replace(KIND, f"    int32_t kind; /* {comment} */\n")

    def mirror(self):
        told = {}
        exec(mirror.files(headers.read(self.root))["probe.py"].replace("from .base import lamella_view\n", ""), told)
        return told

    def test_an_enum_is_told_by_the_comment_and_not_by_a_name(self):
        self.change("include/lamella/probe/fit.h", "/* Zero means", self.KINDS)
        self.assertEqual(self.mirror()["lamella_probe_score_options"].details, {})
        for comment in ("{LAMELLA_KIND_...; 0 = FINE}", "{LAMELLA_KIND_COARSE}", "{LAMELLA_KIND_...; to FINE} of COARSE", "{LAMELLA_KIND_...}"):
            self.write("include/lamella/probe/fit.h", self.with_kind(comment))
            self.assertEqual(self.mirror()["lamella_probe_score_options"].details, {"kind": ("enum", "LAMELLA_KIND_FINE")}, comment)
        for comment in ("{any} LAMELLA_KIND_...", "{1 to 2} a LAMELLA_KIND_FINE", "{0 or 1; 0 = 1} {LAMELLA_KIND_...}"):
            self.write("include/lamella/probe/fit.h", self.with_kind(comment))
            self.assertEqual(self.mirror()["lamella_probe_score_options"].details, {}, comment)

    def test_an_enum_that_is_none(self):
        self.change("include/lamella/probe/fit.h", "{1 to 4; 0 = 1}", "{LAMELLA_KINDS_...; 0 = FINE}")
        self.sees(headers.read(self.root).errors, "probe/fit.h:12: kind: LAMELLA_KINDS_ is no enumerator")

    def test_help_is_in_the_words_of_python(self):
        text = self.with_kind("{LAMELLA_KIND_...; 0 = FINE} how COARSE it is")
        text = text.replace("Scores rows.", "Scores rows, as lamella_probe_score does; a LAMELLA_KIND_COARSE one.").replace("[row, width] of the widths",
                                                                                    "[row, width] READONLY, valid until the probe is freed")
        self.write("include/lamella/probe/fit.h", text.replace("f32|f64 [row, dim]", "f32|f64 [row, dim] {optional} options->kind; NULL: none"))
        [doc] = [entry["doc"] for entry in self.mirror()["FUNCTIONS"]]
        self.assertEqual(doc, '''Scores rows, as lamella.probe.score does; a "coarse" one.

  x          f32|f64 [row, dim] kind; None: none
  widths     list of integers [width]
  kind       "fine", "coarse"; default "fine"; how "coarse" it is

Returns
  score      f64 [row, width] read-only
''')


class Options(Planted):
    """Ranges and defaults, of the braces."""
    def rule(self, braces, type_="int32_t"):
        self.write("include/lamella/probe/fit.h", FIT.replace("/* Zero means", Mirror.KINDS).replace(KIND, f"    {type_} kind; /* {{{braces}}} what it is */\n"))
        api = headers.read(self.root)
        self.assertEqual(api.errors, [])
        rule = options.rule_of(api, api.structs["lamella_probe_score_options"].fields[1])
        return rule.low, rule.high, rule.zero, rule.expected

    def test_ranges(self):
        inf = float("inf")
        self.assertEqual(self.rule("1 to 4; 0 = 1"), (1, 4, 1, "1 to 4, or 0 for 1"))
        self.assertEqual(self.rule("0 or 1"), (0, 1, None, "0 or 1"))
        self.assertEqual(self.rule("-1 or more; 0 = 1000"), (-1, inf, 1000, "-1 or more, or 0 for 1000"))
        self.assertEqual(self.rule("2 or less"), (-inf, 2, None, "2 or less"))
        self.assertEqual(self.rule("over 0, under 1; 0 = 1e-3", "double"), (5e-324, 1 - 2 ** -53, 1e-3, "over 0, under 1, or 0 for 1e-3"))
        self.assertEqual(self.rule("0.5 to 1.5", "double"), (0.5, 1.5, None, "0.5 to 1.5"))
        self.assertEqual(self.rule("finite", "double"), (-inf, inf, None, "a finite number"))
        self.assertEqual(self.rule("any"), (-inf, inf, None, "any"))

    def test_enumerators(self):
        self.assertEqual(self.rule("LAMELLA_KIND_...; 0 = COARSE"), (1, 2, 2, "0 to 2"))
        self.assertEqual(self.rule("LAMELLA_KIND_..."), (1, 2, 0, "0 to 2"))
        self.assertEqual(self.rule("LAMELLA_KIND_...; to FINE; 0 = FINE"), (1, 1, 1, "0 to 1"))
        self.assertEqual(self.rule("LAMELLA_KIND_COARSE"), (2, 2, 0, "0 or LAMELLA_KIND_COARSE (2)"))

    def test_what_is_no_rule(self):
        for comment, words in {"what it is": "no range in braces", "{a few}": "no range: a few", "{1 to}": "no range: 1 to", "{over}": "no range: over",
                               "{LAMELLA_KIND_...; 0 = ROUGH}": "ROUGH is none of", "{LAMELLA_KIND_...; to ROUGH}": "ROUGH is none of",
                               "{1 to 4; 0 = none}": "none", "{1 to 4; in miles}": "no attribute of ours: in miles"}.items():
            with self.subTest(comment):
                self.write("include/lamella/probe/fit.h", FIT.replace("/* Zero means", Mirror.KINDS).replace(KIND, f"    int32_t kind; /* {comment} */\n"))
                self.sees(headers.read(self.root).errors, "lamella_probe_score_options.kind: ", words)

    def test_one_line_says_what_options_init_does(self):
        declared = "LAMELLA_API lamella_status lamella_probe_score_options_init(lamella_probe_score_options *options, uint32_t struct_size);\n"
        for doc, errors in {"/** Writes the default options, at most struct_size bytes of them. */\n": [], "/** Writes them. */\n": [
                "lamella/probe/fit.h:16: lamella_probe_score_options_init has another doc than "
                "/** Writes the default options, at most struct_size bytes of them. */"]}.items():
            self.write("include/lamella/probe/fit.h", FIT.replace("/**\n * Scores", doc + declared + "\n/**\n * Scores"))
            api = headers.read(self.root)
            self.assertEqual([e for e in api.errors if not e.endswith("ARGUMENT is no status")], errors)
        self.assertEqual([a.name for a in api.functions[0].arguments], ["options", "struct_size"])

    def test_how_outputs_begin(self):
        for second, errors in {"uint32_t reserved0;\n    ": 0, "": 1}.items():
            outputs = f"typedef struct lamella_probe_score_outputs {{\n    uint32_t struct_size;\n    {second}double *sum;\n}} lamella_probe_score_outputs;\n\n"
            self.write("include/lamella/probe/fit.h", FIT.replace("/**\n * Scores", outputs + "/**\n * Scores"))
            found = [e for e in headers.read(self.root).errors if e.endswith("begins otherwise than with struct_size and reserved0")]
            self.assertEqual(len(found), errors)

    def test_a_unit_is_an_attribute(self):
        self.assertEqual(self.rule("1 to 4; in bytes; 0 = 2"), (1, 4, 2, "1 to 4, or 0 for 2"))
        for comment, errors in {"{0 or more; in bytes}": 0, "{0 or more; in seconds}": 1, "{0 or more} bytes": 1}.items():
            with self.subTest(comment):
                self.write("include/lamella/probe/fit.h", FIT.replace(KIND, f"    int32_t most_bytes; /* {comment} */\n"))
                found = [e for e in headers.read(self.root).errors if e.endswith("most_bytes: its unit is no attribute: {in bytes}")]
                self.assertEqual(len(found), errors)

    def test_a_rule_is_a_row_of_a_table(self):
        self.assertIn('''static const option_rule probe_score_rules[] = {
    { "kind", offsetof(lamella_probe_score_options, kind), OPTION_I32, 1, 1, 1, 4, "1 to 4, or 0 for 1" },
};
''', options.c_source(headers.read(self.root)))


class Stale(Planted):
    def test_fresh(self):
        self.assertEqual(generate.stale(self.root), [])

    def test_each_generated_file(self):
        for name in generate.everything(headers.read(self.root)):
            text = name.read_text(encoding="utf-8")
            name.write_text(text.replace("lamella_probe_score", "lamella_probe_store").replace("fit.h", "fat.h")
                            .replace("probe.h", "prove.h").replace("0.1.0", "0.2.0").replace("MAX_RANK", "MOST_RANK").replace("lamella_view", "lamella_sight"), encoding="utf-8")
            self.sees(generate.stale(self.root), str(name.relative_to(self.root)))
            name.write_text(text, encoding="utf-8")

    def test_a_file_of_a_room_that_went(self):
        self.write("src/python/lamella/_mirror/fusion.py", "")
        self.assertEqual(generate.stale(self.root), ["left over: src/python/lamella/_mirror/fusion.py; delete it"])

    def test_changed_header(self):
        self.change("include/lamella/probe/fit.h", "int32_t  kind;", "int32_t  sort;")
        self.sees(generate.stale(self.root), "_mirror/probe.py")
        self.sees(generate.stale(self.root), "abi.txt")

    def test_the_commands(self):
        """Status 0 and silence, or 1 and what is wrong."""
        def run(tool, *options):
            run = subprocess.run([sys.executable, "-B", TOOLS / tool, *options, self.root], capture_output=True, text=True)
            self.assertEqual(run.stderr, "")
            return run.returncode, run.stdout
        self.assertEqual([run("headers.py"), run("generate.py", "--check"), run("generate.py")], [(0, "")] * 3)
        self.change("include/lamella/probe/fit.h", "int32_t  kind;", "int32_t  sort;")
        status, said = run("generate.py", "--check")
        self.assertEqual(status, 1)
        self.assertIn("stale: src/python/lamella/_mirror/probe.py; type: python3 src/tools/generate.py\n", said)
        status, said = run("generate.py")
        self.assertEqual((status, "wrote src/python/lamella/_mirror/probe.py\n" in said), (0, True))
        self.assertEqual(run("generate.py", "--check"), (0, ""))
        self.change("include/lamella/probe/fit.h", " * @since  0.1\n", "")
        for tool, options in (("headers.py", []), ("generate.py", ["--check"]), ("generate.py", [])):
            self.assertEqual(run(tool, *options), (1, "lamella/probe/fit.h:26: lamella_probe_score has no @since\n"))

    def test_readme_without_markers(self):
        self.write("README.md", "# Lamella\n")
        with self.assertRaises(SystemExit):
            generate.stale(self.root)


class Levels(Planted):
    def source(self, line, *words, name="src/probe/probe_fit_score.c"):
        self.write(name, (self.root / name).read_text(encoding="utf-8") + line + "\n" if (self.root / name).exists() else line + "\n")
        self.sees(levels.check(self.root), *words)

    def test_clean(self):
        self.assertEqual(levels.check(self.root), [])

    def test_upwards(self):
        self.source('#include "probe/probe.h"', "base (level 0) may not include probe/probe.h", name="src/base/arena.c")

    def test_sideways(self):
        self.write("src/fusion/fusion.h", "")
        self.source('#include "fusion/fusion.h"', "probe (level 4) may not include fusion/fusion.h")

    def test_later_on_level_3(self):
        self.write("src/moments/moments.h", "")
        self.source('#include "moments/moments.h"', "io (level 3) may not include", name="src/io/io.c")

    def test_unknown_folder(self):
        self.source("", "no folder of the table", name="src/probes/probe.c")

    def test_unnamed_include(self):
        self.source('#include "probe.h"', "is not named from src/")

    def test_example_with_an_internal_header(self):
        self.source('#include "probe/probe.h"', "is no public header", name="examples/tour.c")

    def test_test_with_anothers_header(self):
        self.write("src/fusion/fusion.h", "")
        self.source('#include "fusion/fusion.h"', "none of its own folder", name="tests/probe/test_probe_fit_score.c")

    def test_each_thing_in_its_place(self):
        for line, words in {
            "#include <cblas.h>": "BLAS", "void f(void) { sgemm_(); }": "BLAS", "#include <cJSON.h>": "cJSON",
            "#include <immintrin.h>": "intrinsics", "void f(void) { malloc (4); }": "allocator", "char *f(void) { return getenv(\"A\"); }": "environment",
            "void f(void) { printf(\"\"); }": "output", "void f(void) { exit(1); }": "end of the process",
            "void f(void) { assert(1); }": "output", "#include <pthread.h>": "platform",
        }.items():
            with self.subTest(line):
                self.write("src/probe/planted.c", line + "\n")
                self.sees(levels.check(self.root), "src/probe/planted.c:1:", words)

    def circles(self, below, *words):
        """Of a file on top, and of one below it through a third."""
        self.write("src/probe/top.c", "int top(int n)\n{\n    return between(n) + 1;\n}\n")
        self.write("src/probe/between.c", "static int twice(int n)\n{\n    return 2 * n;\n}\nint between(int n)\n{\n    return twice(below(n));\n}\n")
        self.write("src/probe/below.c", below)
        faults = levels.check_circles(self.root)
        self.assertEqual(len(faults), 3 if words else 0, faults)
        for word in words:
            self.sees(faults, word)

    def test_a_circle_of_files(self):
        self.circles("int below(int n)\n{\n    return n > 9 ? n : top(n);\n}\n", "src/probe/below.c:3: a circle: top is top.c's, which leans on below.c",
                     "src/probe/top.c:3: a circle: between is between.c's", "src/probe/between.c:7: a circle: below is below.c's")
        self.circles("int (*const next)(int) = top;\nint below(int n)\n{\n    return next(n);\n}\n", "src/probe/below.c:1: a circle: top")

    def test_files_that_lean_one_way(self):
        self.circles("/* for top */\nstatic int twice(int n) { return n; }\nint below(struct low *n)\n{\n    *n = (struct low){ .top = twice(n->top) };\n"
                     "    return n->top; /* top(n) */\n}\nconst char *const text[] = { \"top\" };\n")
        self.write("src/base/arena.c", "int arena(void)\n{\n    return top(0);\n}\n")    # of another folder: the levels' to see
        self.assertEqual(levels.check_circles(self.root), [])

    def test_comments_and_texts_are_no_code(self):
        self.write("src/probe/planted.c", '/* malloc(4) */ // exit(1)\nstatic const char *t = "printf(x) getenv";\n')
        self.assertEqual(levels.check(self.root), [])


class Tree(Planted):
    def test_clean(self):
        self.assertEqual(tree.check_words(self.root) + tree.check_tested(self.root) + tree.check_catalogue(self.root), [])

    def test_untested_function(self):
        self.write("tests/probe/test_probe_fit_score.c", "")
        self.sees(tree.check_tested(self.root), "lamella_probe_score is in no test")

    def test_generated_lists_are_no_test(self):
        self.write("tests/probe/test_probe_fit_score.c", "")
        self.write("tests/api/list.c", "lamella_probe_score")
        self.sees(tree.check_tested(self.root), "lamella_probe_score is in no test")

    def test_no_test_file(self):
        (self.root / "tests/probe/test_probe_fit_score.c").rename(self.root / "tests/probe/test_other.c")
        self.sees(tree.check_catalogue(self.root), "no tests/probe/test_probe_fit_score.c")

    def test_no_example(self):
        self.write("examples/tour.c", "")
        self.sees(tree.check_catalogue(self.root), "in no example")

    def test_example_in_python(self):
        self.write("examples/tour.c", "")
        self.write("examples/python/tour.py", "import lamella\nlamella.probe.score(x, [1])\n")
        self.assertEqual(tree.check_catalogue(self.root), [])

    def test_words(self):
        (self.root.parent / "neighbour").mkdir()
        for line, rule in {"/* TO" "DO */": "unfinished", "/* place" "holder */": "unfinished", "see /ho" "me/ann/x": "one machine",
                           f"see {self.root}/x": "outside the tree", "see ../neigh" "bour/x": "outside the tree",
                           "static int do_" "it(void);": "says nothing", "int lamella_probe_score_v" "2(void);": "says nothing"}.items():
            with self.subTest(line):
                self.write("src/probe/planted.c", line + "\n")
                self.sees(tree.check_words(self.root), "src/probe/planted.c:1:", rule)

    def test_file_names(self):
        self.write("src/probe/probe_util" "s.c", "")
        self.sees(tree.check_words(self.root), "a file's name")


class Touched(Planted):
    TEST = "tests/probe/test_probe_fit_score.c"
    SETS = "OPERATION(lamella_probe_score)\n{\n    score;\n}\n\nTEST(it)\n{\n    lamella_probe_score_options o = { .kind = 2 };\n    near(score, 1);\n}\n"

    def faults(self, old, new):
        self.write(self.TEST, '#include "support/test.h"\n' + self.SETS)
        self.change(self.TEST, old, new)
        return touched.check_options(self.root)

    def test_clean(self):
        self.assertEqual(self.faults("near", "near"), [])

    def test_option_that_is_not_set(self):
        for new in (" ", ".kind = 0", ".kind == 2"):
            with self.subTest(new):
                self.sees(self.faults(".kind = 2", new), "probe/fit.h:27:", "no test sets options->kind")

    def test_output_that_only_the_matrix_has(self):
        self.sees(self.faults("near(score, 1)", "near(sc, 1)"), "no test looks at score")

    def test_golden_array_that_is_not_read(self):
        header = b'{"whole":{},"part.0":{},"part.1":{}}'
        path = self.root / "tests/data/golden/probe/score.safetensors"
        path.parent.mkdir(parents=True)
        path.write_bytes(struct.pack("<Q", len(header)) + header)
        self.assertEqual(len(touched.check_golden(self.root)), 3)
        self.write(self.TEST, 'golden("probe/score/whole"); name("probe/score/%s.%d", parts[k], i); parts[] = { "pa", "rt" };')
        self.assertEqual(len(touched.check_golden(self.root)), 2)
        self.change(self.TEST, '"pa", "rt"', '"part"')
        self.assertEqual(touched.check_golden(self.root), [])


class Built(Planted):
    def test_clean(self):
        self.assertEqual(built.check_alone(self.root, COMPILER) + built.check_layout(self.root, COMPILER)
                         + built.check_one_file(self.root, COMPILER), [])

    def test_header_that_needs_another(self):
        self.change("include/lamella/probe/fit.h", '#include "lamella/base.h"\n', "")
        self.sees(built.check_alone(self.root, COMPILER), "lamella/probe/fit.h alone as C99")

    def test_hole_in_a_struct(self):
        self.change("include/lamella/probe/fit.h", "int32_t  kind;", "int32_t  kind;\n    int64_t  n;\n    int32_t  last;")
        self.sees(built.check_alone(self.root, COMPILER), "fit.h alone as C99", "padded")

    def test_word_of_cpp(self):
        self.change("include/lamella/probe/fit.h", "int32_t  kind;", "int32_t  class;")
        self.sees(built.check_alone(self.root, COMPILER), "fit.h alone as C++11")

    def test_what_c99_does_not_have(self):
        self.change("include/lamella/probe/fit.h", "/* Zero means", "struct lamella_s { struct { int a; }; };\n/* Zero means")
        self.sees(built.check_alone(self.root, COMPILER), "fit.h alone as C99")

    def test_offsets_by_the_compiler(self):
        self.change("include/lamella/probe/fit.h", "int32_t  kind;", "int64_t  kind;")
        self.sees(built.check_layout(self.root, COMPILER), "lamella_probe_score_options")

    def test_name_twice(self):
        """Two files may call their own by one name: a function, a struct, a macro."""
        self.assertNotIn("#define widest", built.amalgamate.one_source(headers.read(self.root)))
        other = ('#include "probe/probe.h"\n#include <stdlib.h>\n#define ROWS 4\ntypedef struct pair { int a[ROWS]; } pair;\n'
                 'int %s(void);\nstatic int widest(const pair *p) { return p->a[0]; }\nint %s(void) { return widest(&(pair){ { 1 } }); }\n')
        self.write("src/probe/one.c", other % ("one", "one"))
        self.write("src/probe/two.c", other.replace("ROWS 4", "ROWS 5") % ("two", "two"))
        self.assertEqual(built.check_one_file(self.root, COMPILER), [])
        text = built.amalgamate.one_source(headers.read(self.root))
        for said in ("#define widest probe_one_widest", "#undef widest", "#define pair probe_two_pair", "#undef ROWS",
                     "#define widest probe_probe_fit_score_widest"):
            self.assertIn(said, text)

    def test_name_of_two_headers(self):
        self.write("src/probe/one.h", "static inline int most(void) { return 1; }\n#define ROWS 4\n")
        self.write("src/probe/two.h", "static inline int most(void) { return 1; }\n")
        self.sees(built.check_one_file(self.root, COMPILER), "src/probe/one.h, src/probe/two.h: most is declared in each (ordinary)")
        self.write("src/probe/two.h", "")
        for text in ("#define ROWS 3\n", "enum { ROWS };\n"):
            self.write("src/probe/two.c", text)
            self.sees(built.amalgamate.clashes(self.root), "src/probe/two.c: ROWS is a macro of src/probe/one.h")

    def test_a_struct_that_a_header_names_is_the_headers(self):
        self.write("src/probe/one.h", "#ifndef ONE_H\n#define ONE_H\ntypedef struct pair pair;\n#endif\n")
        self.write("src/probe/one.c", '#include "probe/one.h"\nstruct pair { int a; };\nint one(pair *p);\nint one(pair *p) { return p->a; }\n')
        self.assertEqual(built.check_one_file(self.root, COMPILER), [])

    def test_name_of_libc(self):
        self.change("src/base/arena.c", "#include <stdlib.h>\n", "#include <stdlib.h>\nstatic int abs(const char *x);\n")
        self.sees(built.check_one_file(self.root, COMPILER), "the amalgamation", "abs")

    def test_header_under_a_condition(self):
        self.change("src/probe/probe_fit_score.c", '#include "probe/probe.h"', '#if 1\n#include "probe/probe.h"\n#endif')
        with self.assertRaises(built.amalgamate.Stray):
            built.check_one_file(self.root, COMPILER)

    def library(self, extra=""):
        source = self.root / "all.c"
        source.write_text(SOURCE + extra, encoding="utf-8")
        library = self.root / "liblamella.so"
        subprocess.run([COMPILER, "-shared", "-fPIC", "-w", "-I", self.root / "include", "-I", self.root / "src", "-o", library, source],
                       check=True)
        return library

    def test_symbols(self):
        self.assertEqual(built.check_symbols(self.root, self.library()), [])

    def test_symbol_too_many(self):
        self.sees(built.check_symbols(self.root, self.library("int progress(void) { return 1; }\n")), "progress is there and not declared")

    def test_symbol_too_few(self):
        self.change("include/lamella/probe/fit.h", "lamella_probe_score(", "lamella_probe_sort(")
        self.sees(built.check_symbols(self.root, self.library()), "lamella_probe_sort is declared and not there")

    def test_forbidden_symbols(self):
        for call in ('puts("x")', "abort()", 'getenv("X")', 'printf("%d", (int)ctx)'):
            with self.subTest(call):
                extra = f"#include <stdio.h>\n#include <stdlib.h>\nstatic void g(long ctx) {{ (void)ctx; {call}; }}\n"
                extra += "void (*const f)(long) __attribute__((visibility(\"hidden\"))) = g;\n"
                self.sees(built.check_symbols(self.root, self.library(extra)), "needs " + call.split("(")[0])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        COMPILER = sys.argv.pop(1)
    unittest.main()
