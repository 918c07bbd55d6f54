# Writes FILE as a C array NAME, ended by a 0 that its size does not count, into OUTPUT. HEADER declares both.
# cmake -DFILE=... -DNAME=... -DHEADER=... -DOUTPUT=... -P embed.cmake
file(READ "${FILE}" bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
get_filename_component(source "${FILE}" NAME)
file(WRITE "${OUTPUT}" "/* Made of ${source} by embed.cmake. */
#include \"${HEADER}\"

const char ${NAME}[] = {
${bytes}0};
const size_t ${NAME}_size = ${size};
")
