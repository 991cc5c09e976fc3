# Read by ctest before it runs (sampler_discover in CMakeLists.txt): one test for
# every suite of `program`, with `properties`, in place of one for every case.
execute_process(
  COMMAND "${program}" --gtest_list_tests
  WORKING_DIRECTORY "${folder}" OUTPUT_VARIABLE listing RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${program} --gtest_list_tests: ${failed}")
endif()
# A suite's name stands at the beginning of a line and ends with a full stop; the
# cases below it are indented, and any parameters follow a hash.
string(REPLACE ";" "," listing "${listing}")
string(REPLACE "\n" ";" lines "${listing}")
foreach(line IN LISTS lines)
  if(line MATCHES "^([^ ]+)\\.( +#.*)?$")
    set(suite "${CMAKE_MATCH_1}")
    add_test("${suite}" "${program}" "--gtest_filter=${suite}.*")
    set_tests_properties("${suite}" PROPERTIES
      WORKING_DIRECTORY "${folder}" ${properties})
  endif()
endforeach()
