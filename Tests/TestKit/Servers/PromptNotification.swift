/// Takes Dovecot's half second away between a change of a mailbox and the word to an idling client, which would be
/// most of what a measurement of ours sees.
///
/// Dovecot 2.3 collects changes for 500 ms (`mailbox-watch.c`) by a timer of its own library. A small library, loaded
/// before that one, shortens this timer and no other.
enum PromptNotification {
    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stddef.h>
        #include <string.h>

        typedef void *timer_function(unsigned int, const char *, unsigned int, void (*)(void *), void *);

        static unsigned int shortened(unsigned int milliseconds, const char *file)
        {
            int is_watch = file != NULL && strstr(file, "mailbox-watch.c") != NULL;
            return is_watch && milliseconds == 500 ? 2 : milliseconds;
        }

        void *timeout_add(unsigned int milliseconds, const char *file, unsigned int line,
                          void (*callback)(void *), void *context)
        {
            timer_function *next = (timer_function *)dlsym(RTLD_NEXT, "timeout_add");
            return next(shortened(milliseconds, file), file, line, callback, context);
        }

        void *timeout_add_short(unsigned int milliseconds, const char *file, unsigned int line,
                                void (*callback)(void *), void *context)
        {
            timer_function *next = (timer_function *)dlsym(RTLD_NEXT, "timeout_add_short");
            return next(shortened(milliseconds, file), file, line, callback, context);
        }

        """

    /// Compiles the library into the folder and gives its path.
    static func build(in folder: TemporaryFolder) throws -> String {
        let compiler = try Programs.find("cc", package: "gcc")
        let source = try folder.write("prompt.c", Self.source)
        let library = folder.file("prompt.so")
        try Programs.run(compiler, ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"])
        return library
    }
}
