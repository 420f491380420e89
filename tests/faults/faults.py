"""Every input that once gave a wrong answer in silence, crashed or misled, by the number it was filed under: python faults.py [NUMBER...].

A method test_A5_family_with_a_misfit of a class in test_*.py is an input of number A5. What only C can show stands in IN_C: the folder and
the name of a test there. Prints a line a number; status 1 if one of its inputs gives another answer than the right one."""
import collections
import concurrent.futures
import re
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAMS = ROOT / "build" / "release" / "tests"

# number: (program, test)
IN_C = [
    ("M1", "test_tensor", "the_stride_of_one_element_is_not_believed"),
    ("M1", "test_tensor", "strides_of_nothing_are_forgotten"),
    ("M2", "test_tensor", "an_output_lies_apart_from_every_input_whichever_is_checked_first"),
    ("M2", "test_tensor", "outputs_lie_apart_from_each_other"),
    ("M2", "test_tensor", "many_layers_are_compared_at_once"),
    ("M6", "test_fusion", "what_overflows_is_named"),
    ("A1", "test_matryoshka", "A1_pooled_inside_is_pooled_first_to_the_bit"),
    ("A1", "test_matryoshka", "A1_fewer_tokens_than_samples"),
    ("A1", "test_relative", "A1_tokens_are_pooled_before"),
    ("B12", "test_matryoshka", "B12_progress_of_the_ridge_grid"),
    ("B12", "test_relative", "B12_progress_of_stitching"),
    ("M2", "test_matryoshka", "M2_outputs_lie_apart_from_the_lists"),
    ("M2", "test_matryoshka", "M2_outputs_lie_apart_from_the_list_of_widths"),
    ("M2", "test_relative", "M2_outputs_lie_apart_from_what_is_read"),
    ("M3", "test_relative", "M3_whichever_malloc_fails"),
    ("M3", "test_linalg", "nobody_prints_or_exits_whichever_malloc_fails"),
    ("M4", "test_linalg_address_space", "room_for_everything_but_the_buffer_is_memory"),
    ("M10", "test_context", "a_context_in_a_call_is_refused_to_other_threads"),
    ("A13", "test_relative", "equal_rows_are_a_note_whatever_figures_are_wanted"),
    ("M5", "test_relative", "a_claimed_square_of_the_dims_is_looked_for_before_there_is_memory_for_it"),
    ("M5", "test_io", "M5_rows_of_nothing_are_saved_at_once"),
    ("M9", "test_io", "M9_a_million_names_are_linear"),
    ("M9", "test_io", "M9_nested_names_are_linear"),
    ("M13", "test_io", "M13_leftovers_are_removed_by_the_next_save"),
    ("M13", "test_io", "M13_killed_savers_leave_nothing_for_good"),
    ("M14", "test_io", "M14_opening_asks_whether_to_stop"),
    ("M14", "test_io", "M14_reading_asks_whether_to_stop"),
    ("M14", "test_matryoshka", "M14_long_lists_ask_whether_to_stop"),
    ("M14", "test_relative", "M14_long_lists_ask_whether_to_stop"),
    ("A3", "test_relative", "A3_no_cosine_leaves_its_range"),
    ("M11", "test_moments", "rows_beyond_what_64_bits_count_are_refused"),
]


def each(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from each(test)
        else:
            yield test


def in_python():
    for test in each(unittest.defaultTestLoader.discover(str(HERE), "test_*.py")):
        name = test.id()
        yield re.match(r"test_([A-Z]+[0-9]*)_", name.rsplit(".", 1)[-1])[1], "python", name


def said(entry):
    """What went wrong, or nothing."""
    _, program, name = entry
    if program == "python":
        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromName(name).run(result)
        text = "\n".join(text for _, text in result.failures + result.errors)
    else:
        run = subprocess.run([PROGRAMS / program, name], capture_output=True, text=True)
        text = run.stdout + run.stderr if run.returncode else ""
    return f"{name}: {text}" if text else ""


def order(number):
    return re.match(r"[A-Z]+", number)[0], int(re.sub(r"\D", "", number) or 0)


def main():
    asked = set(sys.argv[1:])
    entries = [entry for entry in [*IN_C, *in_python()] if not asked or entry[0] in asked]
    wrong, count = collections.defaultdict(list), collections.Counter(number for number, _, _ in entries)
    with concurrent.futures.ProcessPoolExecutor() as pool:
        for (number, _, _), text in zip(entries, pool.map(said, entries)):
            wrong[number] += [text] if text else []
    for number in sorted(count, key=order):
        print(f"{number:4} {count[number]:3} inputs  {'WRONG' if wrong[number] else 'right'}")
        for text in wrong[number]:
            print(text)
    bad = sum(bool(texts) for texts in wrong.values())
    print(f"{len(count) - bad} numbers right, {bad} wrong")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main())
