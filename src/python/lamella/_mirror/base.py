"""Made by src/tools/generate.py from the headers: structs and functions, as Python calls them."""
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int32, c_int64, c_uint32, c_uint64, c_void_p


class lamella_view(Structure):
    _fields_ = [
        ("data", c_void_p),
        ("shape", c_int64 * 6),
        ("stride", c_int64 * 6),
        ("dtype", c_int32),
        ("rank", c_int32),
        ("flags", c_uint32),
        ("reserved0", c_uint32),
        ("reserved1", c_uint64),
    ]
    layout = (128, [0, 8, 56, 104, 108, 112, 116, 120])
    details = {
    }


class lamella_stack(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("layer", POINTER(lamella_view)),
        ("n_layers", c_int64),
        ("depth", POINTER(c_int64)),
        ("n_depths", c_int64),
        ("mask", POINTER(lamella_view)),
        ("offsets", POINTER(lamella_view)),
        ("sample_id", POINTER(lamella_view)),
        ("read", CFUNCTYPE(c_int64, c_int64, c_int64, c_int64, POINTER(lamella_view), c_void_p)),
        ("user", c_void_p),
    ]
    layout = (80, [0, 4, 8, 16, 24, 32, 40, 48, 56, 64, 72])
    details = {
        'read': ('callback', [('int64_t', 'depth'), ('int64_t', 'first_row'), ('int64_t', 'n_rows'), ('lamella_view *', 'into'), ('void *', 'user')]),
    }


STRUCTS = [lamella_view, lamella_stack]

FUNCTIONS = [
    dict(name="lamella_version", python="lamella.version", returns=c_char_p, checked=False,
         doc=('The library\'s version, "major.minor.patch".\n'),
         arguments=[]),
    dict(name="lamella_status_name", python="lamella.status_name", returns=c_char_p, checked=False,
         doc=('The name of a status, as "ERR_SHAPE"; "unknown" for a number that is none.\n'
             '\n'
             '  status     integer any status\n'),
         arguments=[
             dict(name='status', way='in', kind='i64', ctype=c_int32),]),
    dict(name="lamella_last_error", python="lamella.last_error", returns=c_char_p, checked=False,
         doc=('Why the last failing call on this thread failed: function, argument, value found and value expected.\n'),
         arguments=[]),
]
