# Run by every build: writes OUTPUT anew only when something in it has changed, so that a commit recompiles
# one file, and none is recompiled without.
find_package(Git QUIET)
set(commit "")
if(GIT_FOUND)
    execute_process(COMMAND "${GIT_EXECUTABLE}" describe --always --dirty --abbrev=40 "--exclude=*"
                    WORKING_DIRECTORY "${SOURCE}" OUTPUT_VARIABLE commit ERROR_QUIET
                    OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
string(STRIP "${FLAGS}" FLAGS)
string(REGEX REPLACE "[; ]+" " " FLAGS "${FLAGS}")
string(REGEX REPLACE "([\"\\\\])" "\\\\\\1" FLAGS "${FLAGS}")
set(text "#define POLLBENCH_BUILD_COMMIT \"${commit}\"
#define POLLBENCH_BUILD_VERSION \"${VERSION}\"
#define POLLBENCH_BUILD_LIBURING \"${LIBURING}\"
#define POLLBENCH_BUILD_LIBUV \"${LIBUV}\"
#define POLLBENCH_BUILD_LIBEVENT \"${LIBEVENT}\"
#define POLLBENCH_BUILD_LIBEV \"${LIBEV}\"
#define POLLBENCH_BUILD_TYPE \"${TYPE}\"
#define POLLBENCH_BUILD_FLAGS \"${FLAGS}\"
")
set(previous "")
if(EXISTS "${OUTPUT}")
    file(READ "${OUTPUT}" previous)
endif()
if(NOT previous STREQUAL text)
    file(WRITE "${OUTPUT}" "${text}")
endif()
