/* Models that import others: each imported namespace is read once, wherever it is imported. */
#include "loader.h"

#include "motcua/codec/xml.h"

static struct str attribute(struct loader *loader, const xmlNode *node, const char *name)
{
    const char *text = xml_attribute(node, NULL, name, loader->arena);
    return str_trim(str_of(text != NULL ? text : ""));
}

static struct document *add_document(struct loader *loader, const xmlNode *root)
{
    struct document *document = &loader->documents[loader->document_count++];
    *document = (struct document){.namespace = attribute(loader, root, "namespace"), .root = root};
    return document;
}

/* The document of that namespace: already read, or among the texts. */
static const struct document *find_document(struct loader *loader, struct str namespace,
                                            const struct str *texts, size_t count, xmlDoc **trees)
{
    for (size_t i = 0; i < loader->document_count; i++)
        if (str_equal(loader->documents[i].namespace, namespace)) return &loader->documents[i];
    for (size_t i = 0; i < count && loader->document_count < MAXIMUM_DOCUMENTS; i++) {
        const xmlNode *root;
        if (trees[i] == NULL && xml_parse(loader->arena, texts[i], NULL, &trees[i], NULL) != STATUS_OK)
            continue;
        root = xmlDocGetRootElement(trees[i]);
        if (root != NULL && xml_is(root, NULL, "definitions") &&
            str_equal(attribute(loader, root, "namespace"), namespace))
            return add_document(loader, root);
    }
    return NULL;
}

void loader_imports(struct loader *loader, const xmlNode *root, const struct str *texts, size_t count,
                    xmlDoc **trees)
{
    add_document(loader, root);
    for (size_t at = 0; at < loader->document_count; at++) { /* grows while it is gone through */
        struct document *document = &loader->documents[at];
        size_t imports = loader_count(document->root, "import");
        document->imports = arena_array(loader->arena, imports, sizeof *document->imports);
        for (const xmlNode *node = loader_child(document->root, "import"); node != NULL;
             node = loader_next(node, "import")) {
            struct str namespace = attribute(loader, node, "namespace");
            const struct document *target =
                namespace.length > 0 ? find_document(loader, namespace, texts, count, trees) : NULL;
            if (target == NULL) {
                loader_finding(loader, node, "dmn.import",
                               N_("Mô hình nhập một tệp khác không tìm thấy; phần đó không được dùng."),
                               "%.*s", STR_ARG(namespace));
                continue;
            }
            document->imports[document->import_count++] =
                (struct import){loader_name(loader, node, "name"), target};
        }
    }
}

static bool search(const struct document *from, const struct document *to, struct str *path, size_t depth,
                   size_t limit, size_t *count)
{
    if (from == to) {
        *count = depth;
        return true;
    }
    for (size_t i = 0; i < from->import_count && depth < limit; i++) {
        path[depth] = from->imports[i].name;
        if (search(from->imports[i].document, to, path, depth + 1, limit, count)) return true;
    }
    return false;
}

/* The shortest way first; the work is bounded by the limits on length and documents. */
bool loader_path(struct loader *loader, const struct document *from, const struct document *to,
                 struct str *path, size_t *count)
{
    (void)loader;
    for (size_t limit = 0; limit <= 3; limit++)
        if (search(from, to, path, 0, limit, count)) return true;
    return false;
}
