# sampler::re2, if RE2 can be found: by its own package, or by its files, since
# not every distribution installs one.
if(NOT TARGET sampler::re2)
  find_package(re2 CONFIG QUIET)
  if(TARGET re2::re2)
    add_library(sampler::re2 INTERFACE IMPORTED)
    set_property(TARGET sampler::re2 PROPERTY
      INTERFACE_LINK_LIBRARIES re2::re2)
  else()
    find_path(SAMPLER_RE2_INCLUDE re2/re2.h)
    find_library(SAMPLER_RE2_LIBRARY re2)
    mark_as_advanced(SAMPLER_RE2_INCLUDE SAMPLER_RE2_LIBRARY)
    if(SAMPLER_RE2_INCLUDE AND SAMPLER_RE2_LIBRARY)
      find_package(Threads QUIET)
      add_library(sampler::re2 UNKNOWN IMPORTED)
      set_target_properties(sampler::re2 PROPERTIES
        IMPORTED_LOCATION ${SAMPLER_RE2_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${SAMPLER_RE2_INCLUDE}
        INTERFACE_LINK_LIBRARIES Threads::Threads)
    endif()
  endif()
endif()
