#include "support/foreign.h"
#include "support/text.h"
#include <lamella.h>
#include <stdlib.h>
#include <string.h>

#define PEEK 512
#define MOST_TEXT (1 << 20)
#define MOST_INDEX_BYTES (64 << 20)

static int64_t read_start(const char *path, char *bytes, int64_t size)
{
    FILE *in = fopen(path, "rb");
    int64_t n = in ? (int64_t)fread(bytes, 1, (size_t)size, in) : 0;
    if (in)
        fclose(in);
    return n;
}

/* The name without its last extension, for the file that a command makes. */
static char *stem(const char *file)
{
    const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file, *dot = strrchr(base, '.');
    return text_format("%.*s", dot && dot > base ? (int)(dot - base) : (int)strlen(base), base);
}

static char *python(const char *code, const char *file, const char *ending)
{
    return text_format("python3 -c '%s' %s %s", code, text_quoted(file), text_quoted(text_format("%s%s", stem(file), ending)));
}

/* ---- what the library names ---- */

static foreign zip_of(const char *path, const char *file)
{
    char start[PEEK + 1] = "";
    int64_t n = read_start(path, start, PEEK), name = n > 30 ? (unsigned char)start[26] | (unsigned char)start[27] << 8 : 0;
    char *member = text_format("%.*s", (int)(name < n - 30 ? name : n > 30 ? n - 30 : 0), start + (n > 30 ? 30 : 0));
    if (strstr(member, ".npy"))
        return (foreign){ "a zip archive of NumPy arrays (.npz)", "Make one .safetensors of it (pip install safetensors numpy):",
                          python("import sys, numpy, safetensors.numpy as s; s.save_file(dict(numpy.load(sys.argv[1])), sys.argv[2])",
                                 file, ".safetensors") };
    if (strstr(member, "data.pkl"))
        return (foreign){ "a zip archive of PyTorch (.pt, .pth, .bin)",
                          "Make one .safetensors of it, if it is a dictionary of tensors (pip install torch safetensors):",
                          python("import sys, torch, safetensors.torch as s; s.save_file(torch.load(sys.argv[1], weights_only=True), sys.argv[2])",
                                 file, ".safetensors") };
    return (foreign){ "a zip archive", "Unpack it and look at the .safetensors or .npy files in it:", text_format("unzip %s", text_quoted(file)) };
}

static foreign pickle_of(const char *file)
{
    return (foreign){ "a pickle, which is a program more than a file: reading one runs it",
                      "If you trust where it comes from, and it holds one array:",
                      python("import sys, numpy; numpy.save(sys.argv[2], numpy.load(sys.argv[1], allow_pickle=True))", file, ".npy") };
}

static foreign hdf5_of(const char *file)
{
    return (foreign){ "an HDF5 file (.h5, .hdf5, .mat of version 7.3)", "Make one .safetensors of its datasets (pip install h5py safetensors):",
                      python("import sys, h5py, safetensors.numpy as s; d = {}; h5py.File(sys.argv[1]).visititems(lambda k, v: d.update({k: v[()]}) if hasattr(v, \"dtype\") else None); s.save_file(d, sys.argv[2])",
                             file, ".safetensors") };
}

static foreign parquet_of(const char *file)
{
    return (foreign){ "a Parquet table", "Make one .npy of its columns of numbers (pip install pandas pyarrow):",
                      python("import sys, numpy, pandas; numpy.save(sys.argv[2], pandas.read_parquet(sys.argv[1]).select_dtypes(\"number\").to_numpy())",
                             file, ".npy") };
}

/* ---- what the library does not name ---- */

static int is_text(const char *start, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if ((unsigned char)start[i] < 32 && !strchr("\t\n\r\f", start[i] ? start[i] : 1))
            return 0;
    return n > 0;
}

/* How a line's words part: a comma, semicolon or tab where there is one, else blanks (0). */
static char delimiter_of(const char *line, size_t n)
{
    for (const char *d = ",;\t"; *d; d++)
        if (memchr(line, *d, n))
            return *d;
    return 0;
}

/* Words of a line, and how many of them are numbers, from the end on. */
static int64_t count_words(const char *line, size_t n, char delimiter, int64_t *n_numbers)
{
    char apart[] = { delimiter ? delimiter : ' ', delimiter ? delimiter : '\t', 0 }, *end;
    char *text = text_format("%.*s", (int)n, line);
    int64_t words = 0;
    *n_numbers = 0;
    for (char *word = strtok(text, apart); word; word = strtok(NULL, apart), words++) {
        strtod(word, &end);
        *n_numbers = end > word && !*end && strcspn(word, "xXnN") == strlen(word) ? *n_numbers + 1 : 0;
    }
    return words;
}

/* A table of numbers, with a line of titles or not, or words with as many numbers behind each, with a line of counts or not. */
typedef struct text_form {
    int64_t n_lines, n_words, n_numbers; /* of every line but the first, if that is skipped */
    int     skip, even;
    char    delimiter;
} text_form;

static text_form text_form_of(const char *text, int whole)
{
    text_form f = { .even = 1 };
    int64_t first_words = 0, first_numbers = 0;
    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\n"), shown = n && line[n - 1] == '\r' ? n - 1 : n;
        int64_t numbers, words;
        if (!line[n] && !whole)
            break; /* cut by the end of what was read */
        f.delimiter = f.n_lines ? f.delimiter : delimiter_of(line, shown);
        words = count_words(line, shown, f.delimiter, &numbers);
        if (f.n_lines == 0)
            first_words = words, first_numbers = numbers;
        if (f.n_lines == 1)
            f.n_words = words, f.n_numbers = numbers;
        f.even &= f.n_lines < 2 || (words == f.n_words && numbers == f.n_numbers);
        f.n_lines += words > 0;
        line += n + (line[n] == '\n');
    }
    if (f.n_lines == 1)
        f.n_words = first_words, f.n_numbers = first_numbers;
    f.skip = first_words != f.n_words || first_numbers != f.n_numbers;
    return f;
}

/* Numbers become a .npy; other text cannot. */
static foreign text_of(const char *path, const char *file)
{
    char *text = take(MOST_TEXT + 1, 1);
    int64_t n = read_start(path, text, MOST_TEXT);
    text_form f = text_form_of(text, n < MOST_TEXT);
    const char *code = NULL, *rest = f.skip ? "[1:]" : "";
    if (!f.even || f.n_numbers < 1 || f.n_lines <= f.skip || f.n_words - f.n_numbers > 1 || (int64_t)strlen(text) < n)
        return (foreign){ "a text file", "It holds no arrays of states.", "" };
    if (f.n_words == f.n_numbers)
        code = text_format("import sys, numpy; numpy.save(sys.argv[2], numpy.loadtxt(sys.argv[1]%s%s, ndmin=2))", f.skip ? ", skiprows=1" : "",
                           !f.delimiter ? "" : f.delimiter == ',' ? ", delimiter=\",\"" : f.delimiter == ';' ? ", delimiter=\";\"" : ", delimiter=\"\\t\"");
    else
        code = text_format("import sys, numpy; numpy.save(sys.argv[2], [[float(x) for x in line.split(%s)[1:]] for line in open(sys.argv[1], encoding=\"utf-8\").readlines()%s])",
                           !f.delimiter ? "" : f.delimiter == ',' ? "\",\"" : f.delimiter == ';' ? "\";\"" : "\"\\t\"", rest);
    return (foreign){ "a text file", "Its numbers can become a .npy (pip install numpy):", python(code, file, ".npy") };
}

static foreign unknown_of(const char *path, const char *file)
{
    static const struct { const char *start; int length; const char *what; } known[] = {
        { "\x89PNG", 4, "a PNG image" }, { "\xff\xd8\xff", 3, "a JPEG image" }, { "GIF8", 4, "a GIF image" }, { "RIFF", 4, "a RIFF file (WebP, WAV)" },
        { "%PDF", 4, "a PDF document" }, { "\x7f" "ELF", 4, "a program" }, { "ARROW1", 6, "an Arrow file" },
        { "\x1f\x8b", 2, "compressed by gzip" }, { "\x28\xb5\x2f\xfd", 4, "compressed by zstd" },
        { "\xfd" "7zXZ", 5, "compressed by xz" }, { "BZh", 3, "compressed by bzip2" },
    };
    static const char *const unpack[] = { "gzip", "zstd", "xz", "bzip2" };
    char start[PEEK + 1] = "";
    int64_t n = read_start(path, start, PEEK);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (n >= known[i].length && !memcmp(start, known[i].start, (size_t)known[i].length))
            return i >= 7 ? (foreign){ known[i].what, "Unpack it first:", text_format("%s -dc < %s > %s", unpack[i - 7], text_quoted(file), text_quoted(stem(file))) }
                          : (foreign){ known[i].what, "It holds no named arrays.", "" };
    if (n >= 262 && !memcmp(start + 257, "ustar", 5))
        return (foreign){ "a tar archive", "Unpack it first:", text_format("tar xf %s", text_quoted(file)) };
    if (is_text(start, n) && (start[0] == '{' || start[0] == '['))
        return (foreign){ "JSON text", "It holds no arrays of states; look for the .safetensors file that belongs to it.", "" };
    if (is_text(start, n))
        return text_of(path, file);
    return (foreign){ "neither a .safetensors nor a .npy file, by its first bytes", "Those two are what look reads.", "" };
}

foreign foreign_of(int32_t kind, const char *path, const char *file)
{
    switch (kind) {
    case LAMELLA_IO_GGUF:
        return (foreign){ "a GGUF file: quantised weights for llama.cpp", "Look at the .safetensors it was made from.", "" };
    case LAMELLA_IO_ZIP:
        return zip_of(path, file);
    case LAMELLA_IO_PICKLE:
        return pickle_of(file);
    case LAMELLA_IO_HDF5:
        return hdf5_of(file);
    case LAMELLA_IO_PARQUET:
        return parquet_of(file);
    case LAMELLA_IO_INDEX:
        return (foreign){ "the index of a checkpoint in several files, not a file of arrays itself", "", "" };
    case LAMELLA_IO_LFS:
        return (foreign){ "a Git LFS pointer: the few lines that stand in for a file that was not downloaded", "Get the file itself:",
                          text_format("git lfs pull --include %s", text_quoted(file)) };
    case LAMELLA_IO_WEB_PAGE:
        return (foreign){ "a web page saved under this name, often an error or a login page",
                          "Download the file again, from the link to the raw file (at Hugging Face: /resolve/ instead of /blob/).", "" };
    case LAMELLA_IO_EMPTY:
        return (foreign){ "empty: it has no bytes", "Write or download it again.", "" };
    default:
        return unknown_of(path, file);
    }
}

/* ---- the shards of an index ---- */

static int64_t read_all(const char *path, char **text)
{
    FILE *in = fopen(path, "rb");
    *text = take(1, 1);
    if (!in)
        return 0;
    fseek(in, 0, SEEK_END);
    int64_t size = ftell(in);
    rewind(in);
    if (size > 0 && size < MOST_INDEX_BYTES)
        *text = take(size + 1, 1);
    else
        size = 0;
    size = (int64_t)fread(*text, 1, (size_t)size, in);
    fclose(in);
    return size;
}

/* Every value that is text and differs from the ones before; values follow a colon. */
int64_t foreign_shards(const char *path, const char ***shard)
{
    char *text;
    int64_t n = 0, most = 1000, size = read_all(path, &text);
    *shard = take(most, sizeof **shard);
    for (char *at = text; n < most && at < text + size && (at = strchr(at, ':'));) {
        at += 1 + strspn(at + 1, " \t\r\n");
        char *end = *at == '"' ? at + 1 + strcspn(at + 1, "\"\\") : NULL;
        if (!end || *end != '"')
            continue;
        char *name = text_format("%.*s", (int)(end - at - 1), at + 1), *dot = strrchr(name, '.');
        int is_new = dot && (!strcmp(dot, ".safetensors") || !strcmp(dot, ".bin"));
        for (int64_t i = 0; i < n && is_new; i++)
            is_new = strcmp((*shard)[i], name) != 0;
        if (is_new)
            (*shard)[n++] = name;
        at = end + 1;
    }
    return n;
}
