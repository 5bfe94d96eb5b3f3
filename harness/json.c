/* json.c - see json.h. A pre-pass judges the text, cJSON decodes it, one walk joins the two. */
#include "harness/json.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "harness/json_scan.h"

struct mg_json {
    const cJSON *item;
    const struct mg_json *parent;
    const struct mg_json **children; /* a slice of the file's links */
    size_t count;                    /* without "$comment" */
    size_t index;                    /* in the parent */
    const struct mg_json_place *place;
    const char *text; /* the value as written; ends with the place */
};

struct mg_json_file {
    char *text;
    cJSON *root;
    struct mg_json_places places;
    struct mg_json *values;       /* (places.n) in the order of the text */
    const struct mg_json **links; /* (places.n) children of all values */
};

/* The walk: how far it came in values and in links. */
struct walk {
    struct mg_json_file *file;
    size_t value, link;
    bool machine;
    const char *name;
    struct mg_error *err;
};

static enum mg_json_type type_of(const cJSON *item)
{
    static const struct {
        int cjson;
        enum mg_json_type type;
    } rows[] = {{cJSON_NULL, MG_JSON_NULL},     {cJSON_True, MG_JSON_BOOL},
                {cJSON_False, MG_JSON_BOOL},    {cJSON_Number, MG_JSON_NUMBER},
                {cJSON_String, MG_JSON_STRING}, {cJSON_Array, MG_JSON_ARRAY},
                {cJSON_Object, MG_JSON_OBJECT}};
    size_t row = 0;

    while (rows[row].cjson != (item->type & 0xFF)) {
        row++;
        assert(row < sizeof(rows) / sizeof(rows[0]));
    }
    return rows[row].type;
}

static int by_key_then_place(const void *a, const void *b)
{
    const struct mg_json *left = *(const struct mg_json *const *)a;
    const struct mg_json *right = *(const struct mg_json *const *)b;
    const int order = strcmp(left->item->string, right->item->string);

    return order != 0 ? order : (left > right) - (left < right);
}

/* Keys are compared as cJSON decoded them, so "a" and "\u0061" are one key. Sorting keeps a
 * hostile header of a million keys fast. Refuses the first repetition in the text. */
static enum mg_status check_duplicates(const struct walk *walk, const struct mg_json **members,
                                       size_t n)
{
    const struct mg_json **sorted = calloc(n + 1, sizeof(*sorted));
    const struct mg_json *repeated = NULL;
    const struct mg_json *first = NULL;
    enum mg_status status = MG_OK;

    assert(sorted != NULL);
    memcpy(sorted, members, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), by_key_then_place);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(sorted[i - 1]->item->string, sorted[i]->item->string) == 0 &&
            (repeated == NULL || sorted[i] < repeated)) {
            first = sorted[i - 1];
            repeated = sorted[i];
        }
    }
    if (repeated != NULL) {
        char *key = mg_json_quote(repeated->item->string);
        status = mg_fail(walk->err, MG_EUSAGE,
                         "%s:%zu:%zu: error: duplicate key %.200s (first on line %zu)", walk->name,
                         repeated->place->line, repeated->place->column, key, first->place->line);
        free(key);
    }
    free(sorted);
    return status;
}

static enum mg_status walk_value(struct walk *walk, const cJSON *item,
                                 const struct mg_json *parent);

/* All members are checked for duplicates; then "$comment" leaves the list. */
static enum mg_status walk_children(struct walk *walk, struct mg_json *value)
{
    const bool object = value->place->type == MG_JSON_OBJECT;
    const struct mg_json **children = walk->file->links + walk->link;
    size_t n = 0;

    value->children = children;
    walk->link += value->place->count;
    for (const cJSON *child = value->item->child; child != NULL; child = child->next) {
        enum mg_status status;
        children[n++] = walk->file->values + walk->value;
        status = walk_value(walk, child, value);
        if (status != MG_OK) {
            return status;
        }
    }
    assert(n == value->place->count);
    if (object) {
        const enum mg_status status = check_duplicates(walk, children, n);
        if (status != MG_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (!object || walk->machine || strcmp(children[i]->item->string, "$comment") != 0) {
            walk->file->values[children[i] - walk->file->values].index = value->count;
            children[value->count++] = children[i];
        }
    }
    return MG_OK;
}

static enum mg_status walk_value(struct walk *walk, const cJSON *item, const struct mg_json *parent)
{
    struct mg_json *value = walk->file->values + walk->value;

    assert(walk->value < walk->file->places.n);
    value->item = item;
    value->parent = parent;
    value->place = walk->file->places.at + walk->value;
    value->text = walk->file->text + value->place->begin;
    walk->value++;
    assert(type_of(item) == value->place->type);
    return walk_children(walk, value);
}

static enum mg_status parse(struct mg_json_file **result, const char *text, size_t size,
                            size_t size_max, bool machine, const char *name, struct mg_error *err)
{
    struct mg_json_file *file = NULL;
    struct walk walk = {.machine = machine, .name = name, .err = err};
    enum mg_status status;

    *result = NULL;
    if (size > size_max) {
        return mg_fail(err, MG_EUSAGE, "%s:1:1: error: %zu bytes of JSON, at most %zu are allowed",
                       name, size, size_max);
    }
    file = calloc(1, sizeof(*file));
    assert(file != NULL);
    file->text = malloc(size + 1);
    assert(file->text != NULL);
    memcpy(file->text, text, size);
    file->text[size] = '\0';
    status = mg_json_scan(&file->places, file->text, size, machine, name, err);
    if (status != MG_OK) {
        goto done;
    }
    file->root = cJSON_ParseWithOpts(file->text, NULL, 1);
    file->values = calloc(file->places.n, sizeof(*file->values));
    file->links = calloc(file->places.n, sizeof(*file->links));
    assert(file->root != NULL);
    assert(file->values != NULL);
    assert(file->links != NULL);
    walk.file = file;
    status = walk_value(&walk, file->root, NULL);
    if (status != MG_OK) {
        goto done;
    }
    assert(walk.value == file->places.n);
    *result = file;
    file = NULL;

done:
    mg_json_free(file);
    return status;
}

enum mg_status mg_json_parse(struct mg_json_file **file, const char *text, size_t size,
                             const char *name, struct mg_error *err)
{
    return parse(file, text, size, MG_JSON_SIZE_MAX, false, name, err);
}

enum mg_status mg_json_parse_header(struct mg_json_file **file, const char *text, size_t size,
                                    const char *name, struct mg_error *err)
{
    return parse(file, text, size, MG_JSON_HEADER_MAX, true, name, err);
}

void mg_json_free(struct mg_json_file *file)
{
    if (file == NULL) {
        return;
    }
    free(file->links);
    free(file->values);
    cJSON_Delete(file->root);
    free(file->places.at);
    free(file->text);
    free(file);
}

const struct mg_json *mg_json_root(const struct mg_json_file *file)
{
    return file->values;
}

enum mg_json_type mg_json_type(const struct mg_json *value)
{
    return value->place->type;
}

const char *mg_json_type_name(enum mg_json_type type)
{
    static const char *const names[] = {
        [MG_JSON_NULL] = "null",       [MG_JSON_BOOL] = "true or false",
        [MG_JSON_NUMBER] = "a number", [MG_JSON_STRING] = "a string",
        [MG_JSON_ARRAY] = "an array",  [MG_JSON_OBJECT] = "an object"};

    return names[type];
}

size_t mg_json_count(const struct mg_json *value)
{
    return value->count;
}

const struct mg_json *mg_json_at(const struct mg_json *value, size_t i)
{
    assert(i < value->count);
    return value->children[i];
}

const char *mg_json_key(const struct mg_json *member)
{
    return member->item->string;
}

const struct mg_json *mg_json_get(const struct mg_json *value, const char *key)
{
    assert(mg_json_type(value) == MG_JSON_OBJECT);
    for (size_t i = 0; i < value->count; i++) {
        if (strcmp(value->children[i]->item->string, key) == 0) {
            return value->children[i];
        }
    }
    return NULL;
}

double mg_json_number(const struct mg_json *value)
{
    assert(mg_json_type(value) == MG_JSON_NUMBER);
    return value->item->valuedouble;
}

bool mg_json_bool(const struct mg_json *value)
{
    assert(mg_json_type(value) == MG_JSON_BOOL);
    return cJSON_IsTrue(value->item);
}

const char *mg_json_string(const struct mg_json *value)
{
    assert(mg_json_type(value) == MG_JSON_STRING);
    return value->item->valuestring;
}

const char *mg_json_number_text(const struct mg_json *value, size_t *size)
{
    assert(mg_json_type(value) == MG_JSON_NUMBER);
    *size = value->place->end - value->place->begin;
    return value->text;
}

bool mg_json_integer(const struct mg_json *value, long long *integer)
{
    size_t size;
    const char *text = mg_json_number_text(value, &size);
    const bool negative = text[0] == '-';
    const unsigned long long magnitude = strtoull(text + (negative ? 1 : 0), NULL, 10);

    for (size_t i = negative ? 1 : 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    if (magnitude > MG_JSON_INTEGER_MAX) {
        return false;
    }
    if (integer != NULL) {
        *integer = negative ? -(long long)magnitude : (long long)magnitude;
    }
    return true;
}

size_t mg_json_line(const struct mg_json *value)
{
    return value->place->line;
}

size_t mg_json_column(const struct mg_json *value)
{
    return value->place->column;
}

/* Append one piece, cut where the buffer ends. */
static size_t append(char *buffer, size_t size, size_t at, const char *piece, size_t bytes)
{
    const size_t room = size - 1 - at;
    const size_t taken = bytes < room ? bytes : room;

    memcpy(buffer + at, piece, taken);
    buffer[at + taken] = '\0';
    return at + taken;
}

static size_t append_pointer(const struct mg_json *value, char *buffer, size_t size)
{
    char index[24];
    size_t at;

    if (value->parent == NULL) {
        return 0;
    }
    at = append_pointer(value->parent, buffer, size);
    at = append(buffer, size, at, "/", 1);
    if (mg_json_key(value) == NULL) {
        (void)snprintf(index, sizeof(index), "%zu", value->index);
        return append(buffer, size, at, index, strlen(index));
    }
    for (const char *byte = mg_json_key(value); *byte != '\0'; byte++) {
        if (*byte == '~') {
            at = append(buffer, size, at, "~0", 2);
        } else if (*byte == '/') {
            at = append(buffer, size, at, "~1", 2);
        } else {
            at = append(buffer, size, at, byte, 1);
        }
    }
    return at;
}

const char *mg_json_pointer(const struct mg_json *value, char *buffer, size_t size)
{
    assert(size > 0);
    buffer[0] = '\0';
    (void)append_pointer(value, buffer, size);
    return buffer;
}
