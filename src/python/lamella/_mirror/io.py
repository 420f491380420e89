"""Made by src/tools/generate.py from the headers: structs and functions, as Python calls them."""
from ctypes import POINTER, Structure, c_char, c_char_p, c_int32, c_int64, c_uint32, c_void_p
from .base import lamella_stack, lamella_view


class lamella_io_fault(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("rule", c_int32),
        ("kind", c_int32),
        ("reserved0", c_int32),
        ("offset", c_int64),
        ("expected", c_int64),
        ("found", c_int64),
        ("key", c_char * 256),
    ]
    layout = (296, [0, 4, 8, 12, 16, 24, 32, 40])
    details = {
        'rule': ('enum', 'LAMELLA_IO_RULE_SIZE'),
        'kind': ('enum', 'LAMELLA_IO_SAFETENSORS'),
    }


class lamella_io_entry(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("dtype", c_int32),
        ("rank", c_int64),
        ("shape", c_int64 * 64),
        ("offset", c_int64),
        ("n_bytes", c_int64),
        ("file_dtype", c_char * 16),
        ("name", c_char_p),
    ]
    layout = (568, [0, 4, 8, 16, 528, 536, 544, 560])
    details = {
        'dtype': ('enum', 'LAMELLA_F32'),
        'shape': ('length', 'rank'),
    }


class lamella_io_file_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("raw_dtype", c_int32),
    ]
    layout = (8, [0, 4])
    defaults = {}
    details = {
        'raw_dtype': ('enum', 'LAMELLA_F32'),
    }


class lamella_io_file_save_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("metadata", POINTER(c_char_p)),
        ("n_metadata", c_int64),
    ]
    layout = (24, [0, 4, 8, 16])
    defaults = {'reserved0': 0}
    details = {
        'metadata': ('inside', None),
        'n_metadata': ('inside', None),
    }


class lamella_io_stack_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("raw_dtype", c_int32),
        ("prefix", c_char_p),
        ("layer_axis", c_int32),
        ("mask_marks", c_int32),
    ]
    layout = (24, [0, 4, 8, 16, 20])
    defaults = {'layer_axis': 0}
    details = {
        'raw_dtype': ('enum', 'LAMELLA_F32'),
        'mask_marks': ('enum', 'LAMELLA_IO_MARKS_TOKENS'),
    }


class lamella_io_stack_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("form", c_int32),
        ("n_cast", c_int64),
        ("name", c_char * 256),
        ("mask", c_char * 64),
    ]
    layout = (336, [0, 4, 8, 16, 272])
    details = {
        'form': ('enum', 'LAMELLA_IO_FORM_LAYERS'),
    }


class lamella_io_reading(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("form", c_int32),
        ("layer_axis", c_int32),
        ("reserved0", c_int32),
        ("n_layers", c_int64),
        ("prefix", c_char * 256),
    ]
    layout = (280, [0, 4, 8, 12, 16, 24])
    details = {
        'form': ('enum', 'LAMELLA_IO_FORM_LAYERS'),
    }


class lamella_io_stack_save_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("names", POINTER(c_char_p)),
        ("labels", POINTER(lamella_view)),
        ("n_labels", c_int64),
        ("source", c_char_p),
    ]
    layout = (40, [0, 4, 8, 16, 24, 32])
    defaults = {'reserved0': 0}
    details = {
        'names': ('inside', None),
        'labels': ('inside', None),
        'n_labels': ('inside', None),
    }


STRUCTS = [lamella_io_fault, lamella_io_entry, lamella_io_file_options, lamella_io_file_save_options, lamella_io_stack_options, lamella_io_stack_result, lamella_io_reading, lamella_io_stack_save_options]

FUNCTIONS = [
    dict(name="lamella_io_kind", python="lamella.io.kind", returns=c_int32, checked=True,
         doc=('Tells what a file is from its first bytes, whatever its name.\n'
             '\n'
             '  path       path\n'
             '\n'
             'Returns\n'
             '  kind       "safetensors", "npy", "gguf", "zip", "pickle", "hdf5", "parquet", "index", "lfs", "web_page", "empty", "unknown"\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='kind', way='out', kind='i64', ctype=c_int32, enum='LAMELLA_IO_SAFETENSORS'),]),
    dict(name="lamella_io_file_options_init", python="lamella.io.file_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.io.File.open and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_io_file_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_io_file_open", python="lamella.io.File.open", returns=c_int32, checked=True,
         doc=('Opens a .safetensors or .npy file and checks its whole header; data is read by pread when asked for.\n'
             '\n'
             '  path       path\n'
             '  raw_dtype  "bf16"; what .npy\'s raw 2-byte type |V2 means; default it is refused\n'
             '\n'
             'Returns\n'
             '  fault      of the exception, if it fails: rule, kind, offset, expected, found, key\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='options', way='in', kind='options', of='lamella_io_file_options', optional=True),
             dict(name='file', way='out', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='fault', way='out', kind='result', of='lamella_io_fault', optional=True, on_failure=True),]),
    dict(name="lamella_io_file_load", python="lamella.io.File.load", returns=c_int32, checked=True,
         doc=("Opens the bytes of a .safetensors or .npy file in memory; they stay the host's and have to outlive the file.\n"
             '\n'
             '  bytes      u8 [byte] contiguous\n'
             '  raw_dtype  "bf16"; what .npy\'s raw 2-byte type |V2 means; default it is refused\n'
             '\n'
             'Returns\n'
             '  fault      of the exception, if it fails: rule, kind, offset, expected, found, key\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='bytes', way='in', kind='view', dtypes=['u8'], axes=['byte']),
             dict(name='options', way='in', kind='options', of='lamella_io_file_options', optional=True),
             dict(name='file', way='out', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='fault', way='out', kind='result', of='lamella_io_fault', optional=True, on_failure=True),]),
    dict(name="lamella_io_file_free", python="lamella.io.File.free", returns=None, checked=False,
         doc=('Closes a file; what it filled ends with it.\n'),
         arguments=[
             dict(name='file', way='inout', kind='handle', ctype=c_void_p, of='lamella_io_file'),]),
    dict(name="lamella_io_file_get", python="lamella.io.File.get", returns=c_int32, checked=True,
         doc=('A read-only view of a named array, without data where the bytes are on disk (or byte-swapped): lamella.io.File.read copies them.\n'
             '\n'
             '  name       text "" for .npy\n'
             '\n'
             'Returns\n'
             '  out        any [lead]\n'),
         arguments=[
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='name', way='in', kind='text', ctype=c_char_p),
             dict(name='out', way='out', kind='filled', axes=['lead']),]),
    dict(name="lamella_io_entry_get", python="lamella.io.File.entry", returns=c_int32, checked=True,
         doc=('What the file lists under a number, in natural order of the names: runs of digits compare as numbers, so layer.2 stands before\n'
             'layer.10.\n'
             '\n'
             '  index      integer 0 .. the number of arrays - 1\n'
             '\n'
             'Returns\n'
             '  entry      dtype, rank, shape, offset, n_bytes, file_dtype, name\n'),
         arguments=[
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='index', way='in', kind='i64', ctype=c_int64),
             dict(name='entry', way='out', kind='result', of='lamella_io_entry'),]),
    dict(name="lamella_io_metadata_get", python="lamella.io.File.metadata", returns=c_int32, checked=True,
         doc=("A pair of the file's metadata by number, in natural order of the keys.\n"
             '\n'
             '  index      integer 0 .. the number of pairs - 1\n'
             '\n'
             'Returns\n'
             '  key        text\n'
             '  value      text\n'),
         arguments=[
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='index', way='in', kind='i64', ctype=c_int64),
             dict(name='key', way='out', kind='text', ctype=c_char_p),
             dict(name='value', way='out', kind='text', ctype=c_char_p),]),
    dict(name="lamella_io_sizes_get", python="lamella.io.File.sizes", returns=c_int32, checked=True,
         doc=('How many arrays and metadata pairs a file has.\n'
             '\n'
             'Returns\n'
             '  n_entries  integer\n'
             '  n_metadata integer\n'),
         arguments=[
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='n_entries', way='out', kind='i64', ctype=c_int64),
             dict(name='n_metadata', way='out', kind='i64', ctype=c_int64),]),
    dict(name="lamella_io_file_read", python="lamella.io.File.read", returns=c_int32, checked=True,
         doc=("Copies rows of a named array, from disk or memory, in the array's dtype.\n"
             '\n'
             '  name       text "" for .npy\n'
             '  first_row  integer\n'
             '\n'
             'Returns\n'
             '  into       f32|f64|f16|bf16|i8|u8|i32|i64|bool [row, lead] rows first_row .. first_row + row - 1 of the first axis\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='name', way='in', kind='text', ctype=c_char_p),
             dict(name='first_row', way='in', kind='i64', ctype=c_int64),
             dict(name='into', way='out', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['row', 'lead'], by_caller=True),]),
    dict(name="lamella_io_file_save_options_init", python="lamella.io.file_save_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.io.file_save and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_io_file_save_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_io_file_save", python="lamella.io.file_save", returns=c_int32, checked=True,
         doc=('Saves named arrays as .safetensors: data from a multiple of 64 on, arrays by falling element size, then name, metadata by key. The\n'
             'file is written beside `path` and renamed into place: there is the old file or the new one, never half of one. Symbolic links are\n'
             'followed, a file that is replaced leaves its mode and owner, the folder is written to the disk as well; what a killed process left\n'
             'half written (NAME.0.tmp) the next save to the same path removes.\n'
             '\n'
             '  path       path\n'
             '  names      list of texts [array]\n'
             '  arrays     for each array f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead]\n'
             '  metadata   list of texts [2 * pair] key, value, key, value ...; n_metadata counts pairs; None: none\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='names', way='in', kind='list', ctype=POINTER(c_char_p), axes=['array'], of='text'),
             dict(name='arrays', way='in', kind='views', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['lead'], each=['array']),
             dict(name='n_arrays', way='in', kind='count', ctype=c_int64, of='names'),
             dict(name='options', way='in', kind='options', of='lamella_io_file_save_options', optional=True),
             dict(name='metadata', way='in', kind='list', ctype=POINTER(c_char_p), axes=['2 * pair'], of='text', optional=True, inside='options', count='n_metadata'),]),
    dict(name="lamella_io_npy_save", python="lamella.io.npy_save", returns=c_int32, checked=True,
         doc=('Saves one array as .npy version 1, row-major; bf16 as |V2. Written as lamella.io.file_save does.\n'
             '\n'
             '  path       path\n'
             '  array      f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead]\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='array', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['lead']),]),
    dict(name="lamella_io_stack_options_init", python="lamella.io.stack_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.io.stack_open and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_io_stack_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_io_stack_open", python="lamella.io.stack_open", returns=c_int32, checked=True,
         doc=('Opens a file of layered states as a stack whose rows are read when a call asks for them.\n'
             '\n'
             'The stack file has tensors `layer.K` (K the depth), and as it likes `offsets`, `mask`, `sample_id`, `label.NAME`; metadata\n'
             '`lamella.format`, `n_depths` (a number), `last_normed` (true or 1). Taken as well: the only family of tensors whose names differ in one\n'
             'integer, if that counts layers by the word before it (layer, block, h, hidden_states ...) or runs from 0 up; one matrix; one tensor of more\n'
             'axes whose axis of layers is named. What could be read in two ways is refused, and every way named: lamella.io.File.reading lists them. An\n'
             'array that does not fit its family is refused by its name. Small parts (offsets, mask, ids, labels) are read at once. The mask may be of\n'
             'any whole type and have its usual names; one that fits tokens which the layers do not have is left aside.\n'
             '\n'
             '  path       path\n'
             '  raw_dtype  "bf16"; as in lamella.io.File.open\n'
             '  prefix     the name of a tensor, what stands before the integers of several, "h.", or their name with {} for the integer, "blocks.{}.out"; default "layer.", else what leaves no doubt\n'
             '  layer_axis -1 to 2; of one tensor of three axes and more: 1 = first, [layer, sample, dim]; 2 = second, [token, layer, dim]; -1 = none, one layer [sample, token, dim]; default refused if in doubt\n'
             '  mask_marks "tokens", "padding"; what 1 means in a padding_mask or key_padding_mask; default such a mask is refused\n'
             '\n'
             'Returns\n'
             '  stack      a lamella.Stack\n'
             '  result     form, n_cast, name, mask\n'
             '  fault      of the exception, if it fails: rule, kind, offset, expected, found, key\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='options', way='in', kind='options', of='lamella_io_stack_options', optional=True),
             dict(name='file', way='out', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='stack', way='out', kind='result', of='lamella_stack'),
             dict(name='result', way='out', kind='result', of='lamella_io_stack_result', optional=True),
             dict(name='fault', way='out', kind='result', of='lamella_io_fault', optional=True, on_failure=True),]),
    dict(name="lamella_io_reading_get", python="lamella.io.File.reading", returns=c_int32, checked=True,
         doc=('A way to read a file as a stack, by number, in natural order of the names. A file that leaves no doubt has one; at most 64 are listed.\n'
             '\n'
             '  index      integer 0 .. the number of readings - 1\n'
             '\n'
             'Returns\n'
             '  reading    form, layer_axis, n_layers, prefix\n'),
         arguments=[
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='index', way='in', kind='i64', ctype=c_int64),
             dict(name='reading', way='out', kind='result', of='lamella_io_reading'),]),
    dict(name="lamella_io_label_get", python="lamella.io.File.label", returns=c_int32, checked=True,
         doc=('A label of an opened stack file, read into memory when the stack was opened: `label.NAME` of an integer type as i64, of a float\n'
             'type as it is.\n'
             '\n'
             '  name       text NAME, without "label."\n'
             '\n'
             'Returns\n'
             '  out        i64|f64|f32|f16|bf16 [lead]\n'),
         arguments=[
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='name', way='in', kind='text', ctype=c_char_p),
             dict(name='out', way='out', kind='filled', axes=['lead']),]),
    dict(name="lamella_io_stack_save_options_init", python="lamella.io.stack_save_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.io.stack_save and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_io_stack_save_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_io_stack_save", python="lamella.io.stack_save", returns=c_int32, checked=True,
         doc=('Saves a stack, in memory or read, as a stack file; blocks of rows pass through, never the whole.\n'
             '\n'
             '  path       path\n'
             '  stack      a stack of f32|f64|f16|bf16|i8|u8|i32|i64 [layer, sample, dim], or with tokens\n'
             '  source     where the states come from, for the metadata; default none\n'
             '  names      list of texts [label] NAME of each label; None: none\n'
             '  labels     for each label i8|u8|bool|i32|i64|f32|f64|f16|bf16 [sample] None: none\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64'], axes=['layer', 'sample', 'dim']),
             dict(name='options', way='in', kind='options', of='lamella_io_stack_save_options', optional=True),
             dict(name='names', way='in', kind='list', ctype=POINTER(c_char_p), axes=['label'], of='text', optional=True, inside='options', count='n_labels'),
             dict(name='labels', way='in', kind='views', dtypes=['i8', 'u8', 'bool', 'i32', 'i64', 'f32', 'f64', 'f16', 'bf16'], axes=['sample'], each=['label'], optional=True, inside='options', count='n_labels'),]),
]
