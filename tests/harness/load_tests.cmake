# The generator and the accept workload; included by CMakeLists.txt beside it, after harness_test().

harness_test(test_generator generator_process.c)

# The same with the way of waiting that systems without epoll use.
set(generator_folder ${PROJECT_SOURCE_DIR}/harness/generator)
add_executable(test_generator_poll test_generator.c generator_process.c
    ${PROJECT_SOURCE_DIR}/harness/problem.c
    ${generator_folder}/closed_loop.c
    ${generator_folder}/connections.c
    ${generator_folder}/control.c
    ${generator_folder}/generator.c
    ${generator_folder}/generator_wait_poll.c
    ${generator_folder}/load_report.c
    ${generator_folder}/target.c)
target_link_libraries(test_generator_poll PRIVATE pollbench_measure PkgConfig::CMOCKA)
add_test(NAME harness.test_generator_poll COMMAND test_generator_poll)
set_tests_properties(harness.test_generator_poll PROPERTIES TIMEOUT 120)

if(POLLBENCH_LINUX)
    harness_test(test_generator_linux generator_process.c)
endif()

# Once per subject. What this system does not have is skipped with its reason, unless REQUIRE_BACKENDS
# names it.
add_executable(test_accept test_accept.c generator_process.c)
target_link_libraries(test_accept PRIVATE pollbench_workloads PkgConfig::CMOCKA)
set(accept_subjects null select poll epoll epoll-et epoll-oneshot floor:epoll)
foreach(subject ${accept_subjects})
    add_test(NAME harness.accept.${subject} COMMAND test_accept ${subject})
    set_tests_properties(harness.accept.${subject} PROPERTIES TIMEOUT 120 SKIP_RETURN_CODE 77)
endforeach()
