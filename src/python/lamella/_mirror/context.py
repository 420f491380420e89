"""Made by src/tools/generate.py from the headers: structs and functions, as Python calls them."""
from ctypes import CFUNCTYPE, Structure, c_char, c_char_p, c_double, c_int32, c_int64, c_uint32, c_void_p


class lamella_context_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("threads", c_int32),
        ("simd", c_int32),
        ("own_blas", c_int32),
        ("max_workspace_bytes", c_int64),
        ("deadline_seconds", c_double),
        ("allocate", CFUNCTYPE(c_void_p, c_int64, c_int64, c_void_p)),
        ("release", CFUNCTYPE(None, c_void_p, c_int64, c_int64, c_void_p)),
        ("parallel_for", CFUNCTYPE(c_int32, c_int64, CFUNCTYPE(None, c_int64, c_void_p), c_void_p, c_void_p)),
        ("log", CFUNCTYPE(None, c_int32, c_char_p, c_void_p)),
        ("progress", CFUNCTYPE(c_int32, c_double, c_char_p, c_void_p)),
        ("user", c_void_p),
    ]
    layout = (80, [0, 4, 8, 12, 16, 24, 32, 40, 48, 56, 64, 72])
    defaults = {'threads': 0, 'own_blas': 0, 'max_workspace_bytes': 0, 'deadline_seconds': 0}
    details = {
        'simd': ('enum', 'LAMELLA_SIMD_REFERENCE'),
        'allocate': ('callback', [('int64_t', 'bytes'), ('int64_t', 'alignment'), ('void *', 'user')]),
        'release': ('callback', [('void *', 'memory'), ('int64_t', 'bytes'), ('int64_t', 'alignment'), ('void *', 'user')]),
        'parallel_for': ('callback', [('int64_t', 'n'), ('task', 'task'), ('void *', 'data'), ('void *', 'user')]),
        'log': ('callback', [('int32_t', 'level'), ('const char *', 'message'), ('void *', 'user')]),
        'progress': ('callback', [('double', 'fraction'), ('const char *', 'stage'), ('void *', 'user')]),
    }


class lamella_build(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("simd_present", c_int32),
        ("simd_chosen", c_int32),
        ("threads", c_int32),
        ("blas_threads", c_int32),
        ("reserved0", c_int32),
        ("version", c_char * 16),
        ("compiler", c_char * 64),
        ("blas", c_char * 128),
        ("blas_core", c_char * 32),
    ]
    layout = (264, [0, 4, 8, 12, 16, 20, 24, 40, 104, 232])
    details = {
        'simd_chosen': ('enum', 'LAMELLA_SIMD_REFERENCE'),
    }


STRUCTS = [lamella_context_options, lamella_build]

FUNCTIONS = [
    dict(name="lamella_context_options_init", python="lamella.context.options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.Context and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_context_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_context_create", python="lamella.Context", returns=c_int32, checked=True,
         doc=('Creates a context: starts its threads and lets BLAS take its first memory, so that later calls meet neither. While calls work, BLAS\n'
             'has one thread, ours beside it, and its own number after: a host that uses BLAS on another thread meanwhile sees that, and own_blas\n'
             'makes it lasting.\n'
             '\n'
             '  threads    0 to 256; default the CPUs of the affinity mask, 1 = no thread of ours\n'
             '  simd       "reference", "avx2", "avx512"; default the best; a level that the processor has\n'
             '  own_blas   0 or 1; 1 = OpenBLAS has one thread from here on, in the whole process; default while it works for us\n'
             '  max_workspace_bytes 0 or more; in bytes; default no limit; what one call may allocate beside its outputs\n'
             '  deadline_seconds 0 or more; in seconds; default none; budget of each call, then STOPPED\n'
             '  allocate   a function (bytes, alignment)\n'
             '  release    a function (memory, bytes, alignment)\n'
             '  parallel_for a function (n, task)\n'
             "  log        a function (level, message); what a file's reader took or left aside; what a saver could not make sure\n"
             '  progress   a function (fraction, stage); stage: the function and what it does; the same fraction again only asks\n'),
         arguments=[
             dict(name='options', way='in', kind='options', of='lamella_context_options', optional=True),
             dict(name='ctx', way='out', kind='handle', ctype=c_void_p, of='lamella_context'),]),
    dict(name="lamella_context_free", python="lamella.Context.free", returns=None, checked=False,
         doc=("Frees a context and joins its threads. Objects made with it live on, and call its allocator's release with its `user` when freed.\n"),
         arguments=[
             dict(name='ctx', way='inout', kind='handle', ctype=c_void_p, of='lamella_context'),]),
    dict(name="lamella_build_info", python="lamella.build_info", returns=c_int32, checked=True,
         doc=('What this library is built of and what it chose: version, compiler, BLAS and its core type, kernels, threads.\n'
             '\n'
             'Returns\n'
             '  build      simd_present, simd_chosen, threads, blas_threads, version, compiler, blas, blas_core\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='build', way='out', kind='result', of='lamella_build'),]),
]
