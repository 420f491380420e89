/* Tests that read as sentences: TEST(name_of_the_law) { ... }. One program a folder; main is in test.c. */
#ifndef SUPPORT_TEST_H
#define SUPPORT_TEST_H

#include <lamella.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/with.h"

#undef fail /* of Check; src has a function of that name */

/* Check writes down each assertion that held, and reads all of them back after the test: half the time of a long one. */
#define _mark_point(file, line) ((void)0)

typedef struct test_entry {
    const TTest       *test;
    struct test_entry *next;
} test_entry;

void test_register(test_entry *entry);

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
/* By a sanitizer or memcheck: slower, and in an address space that is not the process's alone. */
#ifdef LAMELLA_CHECKED
enum { WATCHED = 1 };
#else
enum { WATCHED = 0 };
#endif

/* 1, and says that `what` is not run, under memcheck, which computes long doubles in f64 and flushes no subnormal number. */
int emulated(const char *what);

/* Check's START_TEST without its END_TEST; the test registers itself before main. */
#define TEST(name)                                                                      \
    static void name##_body(int _i);                                                    \
    static const TTest name##_ttest = { "" #name, name##_body, __FILE__, __LINE__ };    \
    __attribute__((constructor)) static void name##_register(void)                      \
    {                                                                                   \
        static test_entry entry;                                                        \
        entry.test = &name##_ttest;                                                     \
        test_register(&entry);                                                          \
    }                                                                                   \
    static void name##_body(int _i __attribute__((unused)))

#define check(condition) ck_assert(condition)
#define equal(actual, expected) ck_assert_int_eq((int64_t)(actual), (int64_t)(expected))
#define equal_text(actual, expected) ck_assert_str_eq((actual), (expected))

enum tolerance { ABSOLUTE, RELATIVE };

/* |actual - expected| <= tolerance, or <= tolerance * |expected|. NaN is near NaN only. */
#define near(actual, expected, kind, tolerance) near_at(__FILE__, __LINE__, -1, (actual), (expected), (kind), (tolerance))
void near_at(const char *file, int line, int64_t index, double actual, double expected, enum tolerance kind, double tolerance);

/* Same bytes. */
#define equal_bits(actual, ...) equal_bits_at(__FILE__, __LINE__, (actual), __VA_ARGS__) /* expected, bytes */
void equal_bits_at(const char *file, int line, const void *actual, const void *expected, int64_t bytes);

/* The call returned OK (or NOTE where said). */
#define ok(call) status_at(__FILE__, __LINE__, (call), LAMELLA_OK)
#define returns(call, status) status_at(__FILE__, __LINE__, (call), (status))
void status_at(const char *file, int line, lamella_status actual, lamella_status expected);

/* The call failed with this status and exactly this message. */
#define refused(call, status, message) refused_at(__FILE__, __LINE__, (call), (status), (message))
void refused_at(const char *file, int line, lamella_status actual, lamella_status expected, const char *message);

/* The folder of folders for files. Where a file system is kept in memory, saving does not wait for a disk. */
const char *folder_of_files(void);

/* Row-major views of test arrays: view_of(LAMELLA_F32, x, 3, 4) */
#define view_of(dtype, data, ...) \
    view_make((dtype), (data), (const int64_t[]){ __VA_ARGS__ }, (int32_t)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)))
lamella_view view_make(int32_t dtype, void *data, const int64_t *shape, int32_t rank);

#endif
