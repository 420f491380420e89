/* What the readers of a file lean on: the bytes of its header, and refusing what stands in them. */
#include "io/io.h"

#include <stdarg.h>
#include <stdio.h>

void text_cut(char *to, int64_t size, const char *from, int64_t n)
{
    int64_t used = 0;
    for (int64_t i = 0; i < n;) {
        int64_t length = utf8_length(from + i, from + n);
        if (used + MAX(length, 1) >= size)
            break;
        if (length == 0 || (unsigned char)from[i] < ' ' || from[i] == 0x7f)
            to[used] = '?';
        else
            memcpy(to + used, from + i, (size_t)length);
        used += MAX(length, 1);
        i += MAX(length, 1);
    }
    to[used] = 0;
}

static lamella_status refused_status(int32_t rule)
{
    return rule == LAMELLA_IO_RULE_LIMIT ? LAMELLA_ERR_LIMIT : rule == LAMELLA_IO_RULE_DTYPE ? LAMELLA_ERR_UNSUPPORTED : LAMELLA_ERR_FORMAT;
}

lamella_status refuse(const refusal *r, int32_t rule, int64_t offset, const char *key, const char *format, ...)
{
    char text[640];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    lamella_io_fault *f = r->fault;
    *f = (lamella_io_fault){ .rule = rule, .kind = r->file->kind, .offset = offset, .expected = -1, .found = -1 };
    text_cut(f->key, LENGTH(f->key), key, (int64_t)strlen(key));
    if (rule == LAMELLA_IO_RULE_KIND)
        return fail(r->c, LAMELLA_ERR_FORMAT, "%s %s", r->file->name, text);
    if (!*key)
        return fail(r->c, refused_status(rule), "%s: byte %lld: %s", r->file->name, (long long)offset, text);
    return fail(r->c, refused_status(rule), "%s: byte %lld: \"%s\": %s", r->file->name, (long long)offset, f->key, text);
}

lamella_status refuse_size(const refusal *r, int64_t expected, const char *format, ...)
{
    char text[640];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    *r->fault = (lamella_io_fault){ .rule = LAMELLA_IO_RULE_SIZE, .kind = r->file->kind, .expected = expected, .found = r->file->from.bytes };
    return fail(r->c, LAMELLA_ERR_FORMAT, "%s: %s", r->file->name, text);
}

lamella_status check_end(const refusal *r, int64_t expected)
{
    char tail[8];
    const source *s = &r->file->from;
    if (s->bytes == expected)
        return LAMELLA_OK;
    if (s->bytes < expected)
        return refuse_size(r, expected, "its arrays end at byte %lld, the file has %lld: it was cut short", (long long)expected, (long long)s->bytes);
    int64_t n = MIN(s->bytes - expected, LENGTH(tail));
    int code = source_read(s, expected, tail, n);
    if (code)
        return source_fail(r->c, r->file->name, code);
    if (n >= 4 && !memcmp(tail, "PK", 2)) /* a file that is two: readers would disagree on what it holds */
        return refuse(r, LAMELLA_IO_RULE_LAYOUT, expected, "", "a zip archive follows the arrays");
    return refuse_size(r, expected, "its arrays end at byte %lld, the file has %lld: something follows them", (long long)expected,
                       (long long)s->bytes);
}

lamella_status header_read(const refusal *r, int64_t at, int64_t n)
{
    call *c = r->c;
    lamella_io_file *f = r->file;
    TAKE_FROM(c, &f->memory, f->header, n + 1);
    for (int64_t done = 0, part; done < n; done += part) {
        part = MIN(n - done, 16 * IO_BLOCK);
        int code = source_read(&f->from, at + done, f->header + done, part);
        if (code)
            return source_fail(c, f->name, code);
        if (n > part) /* a fifth of the work: see safetensors.c */
            TRY(progress(c, done + part, 5 * n));
    }
    f->header[n] = 0;
    f->header_at = at;
    f->header_bytes = n;
    return LAMELLA_OK;
}
