/* Fitted models as .safetensors files: any language reads the arrays, `lamella.kind` says whose they are, `lamella.format` how they are
 * meant. */
#include "io/fitted.h"

#include <stdio.h>

/* ---- the checksum ---- */

enum { CHECKSUM_DIGITS = sizeof MODEL_UNSEALED - 1 };

/* Bytes first .. first + n - 1 of a file whose digits lie at `at`, as if these were zeros. */
static void add_bytes(checksum *sum, const char *bytes, int64_t first, int64_t n, int64_t at)
{
    const int64_t end = first + n, from = MAX(first, MIN(at, end)), to = MAX(first, MIN(at + CHECKSUM_DIGITS, end));
    checksum_add(sum, bytes, from - first);
    checksum_add(sum, MODEL_UNSEALED, to - from);
    checksum_add(sum, bytes + (to - first), end - to);
}

static lamella_status sum_file(call *c, const lamella_view *file, int64_t at, char text[CHECKSUM_DIGITS + 1])
{
    checksum sum;
    checksum_begin(&sum);
    for (int64_t done = 0, n; done < file->shape[0]; done += n) {
        n = MIN(IO_BLOCK, file->shape[0] - done);
        add_bytes(&sum, (const char *)file->data + done, done, n, at);
        if (file->shape[0] >= IO_BLOCK)
            TRY(progress(c, done + n, file->shape[0]));
    }
    snprintf(text, CHECKSUM_DIGITS + 1, "%08x", (unsigned)checksum_end(&sum));
    return LAMELLA_OK;
}

lamella_status model_seal(call *c, const lamella_view *image)
{
    static const char before[] = "\"" MODEL_CHECKSUM "\":\"";
    const int64_t length = sizeof before - 1;
    char *bytes = image->data, text[CHECKSUM_DIGITS + 1];
    int64_t at = 0;
    while (memcmp(bytes + at, before, (size_t)length))
        at++;
    TRY(sum_file(c, image, at + length, text));
    memcpy(bytes + at + length, text, CHECKSUM_DIGITS);
    return LAMELLA_OK;
}

lamella_status model_check_sum(call *c, const lamella_io_file *f, const lamella_view *bytes)
{
    const char *said = file_metadata(f, MODEL_CHECKSUM);
    char text[CHECKSUM_DIGITS + 1];
    if (!said || strlen(said) != CHECKSUM_DIGITS)
        return fail(c, LAMELLA_ERR_FORMAT, "%s: " MODEL_CHECKSUM " is %.16s, expected 8 hexadecimal digits", f->name, said ? said : "missing");
    TRY(sum_file(c, bytes, f->header_at + (said - f->header), text));
    if (strcmp(said, text))
        return fail(c, LAMELLA_ERR_FORMAT, "%s: " MODEL_CHECKSUM " is %.8s, but that of the file is %s: something in it was changed", f->name, said, text);
    return LAMELLA_OK;
}

/* ---- the header ---- */

static lamella_status model_check_kind(call *c, const lamella_io_file *f, const char *kind)
{
    const char *found = file_metadata(f, "lamella.kind"), *format = file_metadata(f, "lamella.format");
    if (!found || strcmp(found, kind))
        return fail(c, LAMELLA_ERR_FORMAT, "%s: lamella.kind is %s%.64s%s, expected \"%s\"", f->name, found ? "\"" : "", found ? found : "missing",
                    found ? "\"" : "", kind);
    if (!format || strcmp(format, MODEL_FORMAT))
        return fail(c, LAMELLA_ERR_FORMAT, "%s: lamella.format is %.16s, expected " MODEL_FORMAT, f->name, format ? format : "missing");
    return LAMELLA_OK;
}

lamella_status model_header(call *c, const char *path, const lamella_view *bytes, const char *kind, lamella_io_file **file)
{
    lamella_io_fault fault = { 0 };
    if (path)
        TRY(file_open(c, file_operations_of_system(), path, 0, file, &fault));
    else
        TRY(file_of_bytes(c, bytes, 0, file, &fault));
    return model_check_kind(c, *file, kind);
}

lamella_status model_text(call *c, const lamella_io_file *f, const char *key, const char **value)
{
    *value = file_metadata(f, key);
    return *value ? LAMELLA_OK : fail(c, LAMELLA_ERR_FORMAT, "%s: the metadata has no \"%s\"", f->name, key);
}
