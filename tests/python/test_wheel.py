"""What `pip install ./src/python` put where: one library, no headers, a wheel for any Python of this platform."""
import importlib.metadata
import unittest

try:
    WHEEL = importlib.metadata.distribution("lamella")
except importlib.metadata.PackageNotFoundError:
    WHEEL = None


@unittest.skipIf(WHEEL is None, "lamella runs from the source folder, not from a wheel")
class Wheel(unittest.TestCase):
    def test_tag_is_for_any_python_of_this_platform(self):
        tags = [line.split(": ")[1] for line in WHEEL.read_text("WHEEL").splitlines() if line.startswith("Tag: ")]
        self.assertEqual(len(tags), 1)
        self.assertRegex(tags[0], r"^py3-none-(linux|manylinux|musllinux)\w+$")

    def test_holds_the_library_once_and_nothing_else_compiled(self):
        names = sorted(str(file) for file in WHEEL.files if "__pycache__" not in file.parts)
        self.assertEqual([name for name in names if ".so" in name or name.endswith(".a")], ["lamella/liblamella.so"])
        strange = [name for name in names if not name.endswith((".py", ".pyi", "py.typed", "liblamella.so")) and "lamella-" not in name]
        self.assertEqual(strange, [])
        self.assertFalse(any("/include/" in name or name.endswith((".h", ".cmake", ".pc")) for name in names))

    def test_names_version_licence_and_needs(self):
        import lamella

        self.assertEqual(WHEEL.metadata["License"], "MIT")
        self.assertEqual(WHEEL.metadata["Requires-Python"], ">=3.9")
        self.assertEqual(WHEEL.requires, ["numpy"])
        self.assertEqual(WHEEL.version, lamella.version())
        self.assertTrue(any(file.name == "LICENSE" for file in WHEEL.files))

    def test_the_wheels_own_library_is_the_one_loaded(self):
        from lamella import _library

        self.assertEqual(_library.LIBRARY._name, str(WHEEL.locate_file("lamella/liblamella.so")))
