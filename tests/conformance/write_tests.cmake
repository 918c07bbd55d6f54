# Run after each build of pollbench-conformance: writes one CTest entry per case and backend, from what the
# program itself says it has. -DPROGRAM=... -DOUTPUT=... [-DONLY=BACKEND -DNAME=what to call it]
# [-DEMULATOR=what runs the program, as a list]
execute_process(COMMAND ${EMULATOR} ${PROGRAM} --pairs OUTPUT_VARIABLE pairs RESULT_VARIABLE failed)
if(NOT failed)
    execute_process(COMMAND ${EMULATOR} ${PROGRAM} --limit OUTPUT_VARIABLE limit_s RESULT_VARIABLE failed)
endif()
if(failed)
    message(FATAL_ERROR "${PROGRAM} does not say which cases it has: ${failed}")
endif()

# The program ends a hung case itself, and says so; this is for one that cannot even do that.
math(EXPR timeout_s "${limit_s} + 30")
string(REGEX MATCHALL "[^\n]+" pairs "${pairs}")
set(command "")
foreach(word IN LISTS EMULATOR PROGRAM)
    string(APPEND command " [==[${word}]==]")
endforeach()
set(tests "")
foreach(pair IN LISTS pairs)
    string(REPLACE " " ";" pair "${pair}")
    list(GET pair 0 backend)
    list(GET pair 1 case)
    set(label ${backend})
    if(ONLY)
        if(NOT backend STREQUAL ONLY)
            continue()
        endif()
        set(label ${NAME})
    endif()
    set(name "conformance.${label}.${case}")
    string(APPEND tests "add_test([==[${name}]==]${command} ${case} ${backend})\n"
           "set_tests_properties([==[${name}]==] PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT ${timeout_s}"
           " LABELS \"conformance;${label}\")\n")
endforeach()
file(WRITE ${OUTPUT} "${tests}")
