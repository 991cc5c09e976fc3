#include "sampler/python/bindings/speculative_arguments.h"

#include "absl/strings/str_cat.h"
#include "sampler/python/bindings/distribution.h"
#include "sampler/python/bindings/errors.h"

namespace sampler::python {

Records RecordsOf(nanobind::handle distributions, absl::string_view name,
                  std::size_t want) {
  Records records;
  for (const nanobind::object& one : ItemsOf(distributions, name)) {
    records.push_back(As<const DistributionValue>(one, name).record);
  }
  if (records.size() != want) {
    RaiseValueError(absl::StrCat(name, ": got ", records.size(),
                                 " distributions, want ", want));
  }
  return records;
}

double InUnitInterval(absl::string_view name, double value) {
  if (value > 0.0 && value <= 1.0) return value;
  RaiseValueError(absl::StrCat(name, ": got ", value, ", want one in (0, 1]"));
}

}  // namespace sampler::python
