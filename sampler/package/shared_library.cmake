# sampler_library(name): gives the static library `name` a shared twin of the
# same objects, `name`_shared, which exports what the installed headers declare
# (exports.map). `sampler::` and the name that packages know it by is the one or
# the other, as BUILD_SHARED_LIBS says.
function(sampler_library name)
  set(shared ${name}_shared)
  set(exports ${PROJECT_SOURCE_DIR}/sampler/package/exports.map)
  add_library(${shared} SHARED $<TARGET_OBJECTS:${name}>)

  foreach(property IN ITEMS INTERFACE_INCLUDE_DIRECTORIES EXPORT_NAME)
    get_target_property(value ${name} ${property})
    if(value)
      set_property(TARGET ${shared} PROPERTY ${property} ${value})
    endif()
  endforeach()

  # What the static library only passes on is linked here.
  get_target_property(public ${name} INTERFACE_LINK_LIBRARIES)
  get_target_property(all ${name} LINK_LIBRARIES)
  list(FILTER public EXCLUDE REGEX LINK_ONLY)
  list(TRANSFORM public REPLACE "^sampler$" sampler_shared)
  list(TRANSFORM all REPLACE "^sampler$" sampler_shared)
  target_link_libraries(${shared} PUBLIC ${public} PRIVATE ${all})

  target_link_options(${shared} PRIVATE -Wl,--version-script=${exports})
  set_target_properties(${shared} PROPERTIES
    INSTALL_RPATH "$ORIGIN"
    LINKER_LANGUAGE CXX
    LINK_DEPENDS ${exports}
    OUTPUT_NAME ${name}
    SOVERSION ${SAMPLER_SOVERSION}
    VERSION ${PROJECT_VERSION})

  get_target_property(alias ${name} EXPORT_NAME)
  if(BUILD_SHARED_LIBS)
    add_library(sampler::${alias} ALIAS ${shared})
  else()
    add_library(sampler::${alias} ALIAS ${name})
  endif()
endfunction()
