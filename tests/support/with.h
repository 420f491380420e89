/* Size-led structs for one call. */
#ifndef SUPPORT_WITH_H
#define SUPPORT_WITH_H

#define WITH(type, ...) (&(type){ .struct_size = sizeof(type), __VA_ARGS__ })

/* A copy to add to; NULL: of what zero means. */
#define COPY_OF(type, options) ((options) ? *(options) : (type){ .struct_size = sizeof(type) })

#endif
