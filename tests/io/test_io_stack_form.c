/* Which arrays of a file are taken as the layers, and what leaves doubt. */
#include "io/stacks.h"

TEST(a_family_is_taken_in_the_order_of_its_integers)
{
    lamella_io_file *file;
    lamella_view a[4];
    folder_make();
    fill_numbers();
    for (int l = 0; l < 4; l++)
        a[l] = view_of(LAMELLA_F32, x[l], 5, 6 - (l == 1));
    save_arrays("f", (const char *[]){ "layer.10", "layer.2", "layer.0", "other" }, a, 4);
    ok(open_with("f", NULL, 0, &file));
    equal(taken.form, LAMELLA_IO_FORM_LAYERS);
    equal_text(taken.name, "layer.");
    equal(opened.n_layers, 3);
    equal(opened.depth[0], 0);
    equal(opened.depth[1], 2);
    equal(opened.depth[2], 10);
    equal(opened.n_depths, 11);
    layer_reads_as(0, x[2][0], 5, 6);
    layer_reads_as(1, x[1][0], 5, 5);
    layer_reads_as(2, x[0][0], 5, 6);
    lamella_io_file_free(file);
    folder_remove();
}

TEST(any_one_family_does_and_two_are_both_named)
{
    lamella_io_file *file;
    lamella_view a[4];
    char expected[400];
    folder_make();
    for (int l = 0; l < 4; l++)
        a[l] = view_of(LAMELLA_F32, x[l], 5, 6);
    save_arrays("one", (const char *[]){ "z0", "z1", "word", "z1.bias" }, a, 4);
    ok(open_with("one", NULL, 0, &file));
    equal_text(taken.name, "z");
    equal(opened.n_layers, 2);
    lamella_io_file_free(file);
    ok(open_with("one", "word", 0, &file));
    equal(taken.form, LAMELLA_IO_FORM_ONE_LAYER);
    lamella_io_file_free(file);
    save_arrays("two", (const char *[]){ "a.0", "a.1", "b.0", "b.1" }, a, 4);
    snprintf(expected, sizeof expected,
             "lamella_io_stack_open: %s could be several stacks: set options.prefix to one of \"a.\" (2 layers), \"b.\" (2 layers)", in_folder("two"));
    refused(open_with("two", NULL, 0, &file), LAMELLA_ERR_ARGUMENT, expected);
    check(file == NULL);
    ok(open_with("two", "b.", 0, &file));
    equal_text(taken.name, "b.");
    layer_reads_as(1, x[3][0], 5, 6);
    lamella_io_file_free(file);
    snprintf(expected, sizeof expected, "lamella_io_stack_open: %s: options.prefix is \"c\", expected the name of an array, what stands before "
             "the integers of several, or their name with {} for the integer", in_folder("two"));
    refused(open_with("two", "c", 0, &file), LAMELLA_ERR_ARGUMENT, expected);
    folder_remove();
}

TEST(a_family_that_does_not_fit_is_none)
{
    lamella_io_file *file;
    float bias[6] = { 0 };
    lamella_view a[] = { view_of(LAMELLA_F32, x[0], 5, 6), view_of(LAMELLA_F32, bias, 6), view_of(LAMELLA_F32, x[1], 5, 6), view_of(LAMELLA_F32, x[2], 4, 6) };
    char expected[400];
    folder_make();
    save_arrays("f", (const char *[]){ "dec.0", "dec.1", "z" }, a, 3);
    ok(open_with("f", "z", 0, &file));
    equal_text(taken.name, "z");
    lamella_io_file_free(file);
    snprintf(expected, sizeof expected, "lamella_io_stack_open: %s: \"dec.1\" is no layer: its rank is not 2 to 4", in_folder("f"));
    refused(open_with("f", "dec.", 0, &file), LAMELLA_ERR_SHAPE, expected);
    save_arrays("h", (const char *[]){ "layer.0", "b", "layer.1", "layer.2" }, a, 4);
    snprintf(expected, sizeof expected, "lamella_io_stack_open: %s: \"layer.2\" differs from the first in more than its last axis", in_folder("h"));
    refused(open_with("h", NULL, 0, &file), LAMELLA_ERR_SHAPE, expected);
    a[1] = a[0];
    save_arrays("i", (const char *[]){ "layer.1", "layer.01" }, a, 2);
    snprintf(expected, sizeof expected, "lamella_io_stack_open: %s: \"layer.1\" has the number of the one before", in_folder("i"));
    refused(open_with("i", NULL, 0, &file), LAMELLA_ERR_SHAPE, expected);
    folder_remove();
}

TEST(one_array_is_taken_where_its_shape_or_the_caller_decides)
{
    lamella_io_file *file;
    char expected[400];
    folder_make();
    fill_numbers();
    lamella_view block = view_of(LAMELLA_F32, x, 4, 5, 6);
    ok(lamella_io_npy_save(NULL, in_folder("x.npy"), &block));
    snprintf(expected, sizeof expected, "lamella_io_stack_open: %s: \"\" is [4, 5, 6]: set options.layer_axis = 1 if that means [layer, sample, dim], "
             "2 if [token, layer, dim], -1 if one layer [sample, token, dim]", in_folder("x.npy"));
    refused(open_with("x.npy", NULL, 0, &file), LAMELLA_ERR_ARGUMENT, expected);
    ok(open_with("x.npy", NULL, 1, &file));
    equal(taken.form, LAMELLA_IO_FORM_LAYER_FIRST);
    equal(opened.n_layers, 4);
    for (int l = 0; l < 4; l++)
        layer_reads_as(l, x[l][0], 5, 6);
    lamella_io_file_free(file);
    ok(open_with("x.npy", NULL, 2, &file)); /* 4 tokens of 5 layers */
    equal(taken.form, LAMELLA_IO_FORM_LAYER_SECOND);
    equal(opened.n_layers, 5);
    for (int l = 0; l < 5; l++) {
        float rows[4][6];
        for (int t = 0; t < 4; t++)
            memcpy(rows[t], x[t][l], sizeof rows[t]);
        layer_reads_as(l, rows[0], 4, 6);
    }
    lamella_io_file_free(file);
    returns(open_with("x.npy", NULL, 3, &file), LAMELLA_ERR_ARGUMENT);
    lamella_view matrix = view_of(LAMELLA_F32, x, 20, 6), vector = view_of(LAMELLA_F32, x, 20);
    ok(lamella_io_npy_save(NULL, in_folder("m.npy"), &matrix));
    ok(open_with("m.npy", NULL, 0, &file));
    equal(taken.form, LAMELLA_IO_FORM_ONE_LAYER);
    layer_reads_as(0, x[0][0], 20, 6);
    lamella_io_file_free(file);
    returns(open_with("m.npy", NULL, 1, &file), LAMELLA_ERR_ARGUMENT);
    ok(lamella_io_npy_save(NULL, in_folder("v.npy"), &vector));
    returns(open_with("v.npy", NULL, 0, &file), LAMELLA_ERR_SHAPE);
    save_arrays("v", (const char *[]){ "v" }, &vector, 1);
    returns(open_with("v", NULL, 0, &file), LAMELLA_ERR_SHAPE);
    folder_remove();
}

TEST(a_matrix_in_fortran_order_reads_by_rows)
{
    lamella_io_file *file;
    fill_numbers();
    folder_make();
    static const char header[] = "{'descr': '<f4', 'fortran_order': True, 'shape': (20, 6), }";
    bytes b = npy(header, sizeof header - 1, 480);
    for (int i = 0; i < 20; i++)
        for (int j = 0; j < 6; j++)
            memcpy(b.at + b.n - 480 + 4 * (i + 20 * j), &(&x[0][0][0])[6 * i + j], 4);
    folder_write("f.npy", b);
    ok(open_with("f.npy", NULL, 0, &file));
    layer_reads_as(0, x[0][0], 20, 6);
    lamella_io_file_free(file);
    free(b.at);
    static const char block[] = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 200, 1), }";
    b = npy(block, sizeof block - 1, 1600);
    folder_write("f.npy", b);
    returns(open_with("f.npy", NULL, 0, &file), LAMELLA_ERR_UNSUPPORTED);
    check(strstr(lamella_last_error(), "numpy.ascontiguousarray") != NULL);
    free(b.at);
    folder_remove();
}
