#include "sampler/python/bindings/step_arguments.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "sampler/python/bindings/errors.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;

double ToDouble(nb::handle number) {
  const double value = PyFloat_AsDouble(number.ptr());
  if (PyErr_Occurred() != nullptr) throw nb::python_error();
  return value;
}

// One number, or those of a list or an array.
std::vector<double> Numbers(nb::handle numbers) {
  std::vector<double> values;
  if (!nb::hasattr(numbers, "__iter__")) {
    values.push_back(ToDouble(numbers));
    return values;
  }
  for (const nb::object& number : ItemsOf(numbers, "uniform")) {
    values.push_back(ToDouble(number));
  }
  return values;
}

}  // namespace

StepArguments::StepArguments(nb::handle mask, nb::handle unconditional,
                             nb::handle uniform, std::int64_t rows) {
  if (!mask.is_none()) {
    masks_.emplace(mask, "mask");
    CheckCount("mask", masks_->count(), rows);
  }
  if (!unconditional.is_none()) {
    unconditional_.emplace(unconditional, "unconditional");
    CheckCount("unconditional", unconditional_->count(), rows);
  }
  if (!uniform.is_none()) {
    uniforms_ = Numbers(uniform);
    CheckCount("uniform", std::ssize(uniforms_), rows);
  }
}

StepInputs StepArguments::Of(std::int64_t row) const {
  StepInputs inputs;
  if (masks_.has_value()) inputs.mask = (*masks_)[row];
  if (unconditional_.has_value()) inputs.unconditional = (*unconditional_)[row];
  if (!uniforms_.empty()) {
    inputs.uniform = uniforms_[static_cast<std::size_t>(row)];
  }
  return inputs;
}

std::string DetailOf(RowStatus status, const Pipeline& pipeline, Logits row,
                     const Sequence& sequence, const StepInputs& inputs) {
  if (status == RowStatus::kWrongSize) {
    return absl::StrCat("got ", row.size(), " logits and a sequence for ",
                        sequence.vocabulary_size(), " tokens, want ",
                        pipeline.vocabulary_size());
  }
  if (status == RowStatus::kMissingInput || status == RowStatus::kUnusedInput) {
    const absl::Status checked = pipeline.CheckInputs(inputs);
    const absl::string_view text = checked.message();
    return {text.data(), text.size()};
  }
  return "";
}

}  // namespace sampler::python
