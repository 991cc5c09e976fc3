#include "sampler/python/bindings/replay_columns.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <limits>
#include <utility>

#include "sampler/python/bindings/arrays.h"
#include "sampler/row_status.h"

namespace sampler::python {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double LogprobIn(const Distribution& distribution, TokenId token) {
  return token < 0 || distribution.status() != RowStatus::kOk
             ? kUnknown
             : distribution.Logprob(token);
}

}  // namespace

void ReplayColumns::Add(const Step& step, const Token& token, TokenId logged) {
  token_.push_back(token.id);
  status_.emplace_back(RowStatusName(token.status));
  kept_.push_back(step.Count());
  const bool ok = token.status == RowStatus::kOk;
  entropy_.push_back(ok ? step.Entropy() : kUnknown);
  logprob_.push_back(LogprobIn(step, token.id));
  logged_logprob_.push_back(LogprobIn(step, logged));
}

void ReplayColumns::AddRaw(const Distribution* raw, TokenId token,
                           TokenId logged) {
  const bool ok = raw != nullptr && raw->status() == RowStatus::kOk;
  raw_entropy_.push_back(ok ? raw->Entropy() : kUnknown);
  raw_logprob_.push_back(ok ? LogprobIn(*raw, token) : kUnknown);
  logged_raw_logprob_.push_back(ok ? LogprobIn(*raw, logged) : kUnknown);
}

nanobind::dict ReplayColumns::ToDict() && {
  nanobind::dict dict;
  dict["token"] = ToNumPy(std::move(token_));
  dict["status"] = status_;
  dict["logprob"] = ToNumPy(std::move(logprob_));
  dict["kept"] = ToNumPy(std::move(kept_));
  dict["entropy"] = ToNumPy(std::move(entropy_));
  dict["logged_logprob"] = ToNumPy(std::move(logged_logprob_));
  if (!raw_entropy_.empty()) {
    dict["raw_logprob"] = ToNumPy(std::move(raw_logprob_));
    dict["raw_entropy"] = ToNumPy(std::move(raw_entropy_));
    dict["logged_raw_logprob"] = ToNumPy(std::move(logged_raw_logprob_));
  }
  return dict;
}

}  // namespace sampler::python
