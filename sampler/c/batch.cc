// The steps of many sequences at once.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "sampler/c/batches.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/c/report.h"
#include "sampler/c/take_step.h"
#include "sampler/c/work.h"

namespace {

using sampler::c::Busy;
using sampler::c::CheckReports;
using sampler::c::CheckStep;
using sampler::c::Fail;
using sampler::c::Guarded;
using sampler::c::Hold;
using sampler::c::Invalid;
using sampler::c::Loan;
using sampler::c::ReportsOf;
using sampler::c::TakeStep;
using sampler::c::WriteLogprobs;
using sampler::c::WriteNoReport;

// The steps of a batch, `struct_size` bytes apart.
class Batch {
 public:
  // Workers use `workspaces`, one each, or, if it is empty, those of the store.
  Batch(const sampler_step* steps, std::size_t count,
        absl::Span<sampler_workspace* const> workspaces)
      : steps_(steps), count_(count), workspaces_(workspaces), inputs_(count) {}

  std::size_t size() const { return count_; }
  const sampler_step& operator[](std::size_t i) const {
    return *reinterpret_cast<const sampler_step*>(
        reinterpret_cast<const char*>(steps_) + i * steps_->struct_size);
  }

  // Is every step well formed, and what it needs free? Holds it all.
  sampler_status Begin(sampler_error* error) {
    const sampler_status held = HoldWorkspaces(error);
    return held == SAMPLER_OK ? BeginSteps(error) : held;
  }

  // Takes steps until none is left: the work of one worker. An executor that
  // runs more workers than there are workspaces has idle ones.
  void Work() {
    const sampler_status status = Guarded(nullptr, [&] {
      if (workspaces_.empty()) {
        const Loan loan(*(*this)[0].sequence->store);
        TakeSteps(loan.work());
      } else if (const std::size_t i = next_workspace_++;
                 i < workspaces_.size()) {
        TakeSteps(workspaces_[i]->work);
      }
      return SAMPLER_OK;
    });
    if (status != SAMPLER_OK) failed_ = status;
  }

  sampler_status End(sampler_error* error) const {
    if (failed_ == SAMPLER_OUT_OF_MEMORY) {
      return Fail(error, failed_, "out of memory");
    }
    if (failed_ != SAMPLER_OK) return Fail(error, failed_, "steps: failed");
    if (done_ == count_) return SAMPLER_OK;
    return Invalid(error, absl::StrCat("executor: ran ", done_.load(), " of ",
                                       count_, " steps"));
  }

 private:
  sampler_status HoldWorkspaces(sampler_error* error) {
    for (std::size_t i = 0; i < workspaces_.size(); ++i) {
      const std::string place = absl::StrCat("workspaces[", i, "]");
      if (workspaces_[i] == nullptr) {
        return Invalid(error, absl::StrCat(place, ": got NULL"));
      }
      if (workspace_holds_.emplace_back(workspaces_[i]->work.get()).failed()) {
        return Busy(error, place);
      }
    }
    return SAMPLER_OK;
  }

  sampler_status BeginSteps(sampler_error* error) {
    for (std::size_t i = 0; i < count_; ++i) {
      const std::size_t size = (*this)[i].struct_size;
      // Steps without reports are an earlier version's.
      const bool known =
          size == offsetof(sampler_step, raw) || size >= sizeof(sampler_step);
      if (!known || size != steps_->struct_size) {
        return Invalid(
            error, absl::StrCat("steps[", i, "]: struct_size: got ", size,
                                ", want ", sizeof(sampler_step), " for all"));
      }
    }
    for (std::size_t i = 0; i < count_; ++i) {
      const sampler_step& step = (*this)[i];
      const std::string place = absl::StrCat("steps[", i, "]: ");
      if (step.sequence == nullptr) {
        return Invalid(error, absl::StrCat(place, "sequence: got NULL"));
      }
      auto read = CheckStep(step.row, step.inputs, step.token);
      if (!read.ok()) {
        return Invalid(error, absl::StrCat(place, read.status().message()));
      }
      inputs_[i] = *read;
      const std::string wrong = CheckReports(ReportsOf(step));
      if (!wrong.empty()) return Invalid(error, absl::StrCat(place, wrong));
      if (holds_.emplace_back(step.sequence).failed()) {
        return Busy(error, absl::StrCat(place, "sequence"));
      }
    }
    return SAMPLER_OK;
  }

  void TakeSteps(const std::shared_ptr<sampler::c::Work>& work) {
    for (std::size_t i = next_++; i < count_; i = next_++) {
      const sampler_step& step = (*this)[i];
      TakeStep(work, *step.row, inputs_[i], *step.sequence, *step.token);
      Report(*work, step);
      ++done_;
    }
  }

  static void Report(sampler::c::Work& work, const sampler_step& step) {
    const sampler::c::StepReports reports = ReportsOf(step);
    const std::int32_t token = step.token->id;
    const auto write = [&](const sampler::Distribution& distribution,
                           sampler_report& report) {
      report.count = WriteLogprobs(distribution, token, &report.of_token,
                                   report.top, report.capacity);
    };
    for (sampler_report* report : {reports.raw, reports.processed}) {
      if (report != nullptr) WriteNoReport(*report);
    }
    if (token < 0) return;
    if (reports.processed != nullptr) {
      write(*work.distribution, *reports.processed);
    }
    if (reports.raw != nullptr) {
      write(work.reporter.Raw(sampler::c::ToLogits(*step.row)), *reports.raw);
    }
  }

  const sampler_step* steps_;
  std::size_t count_;
  absl::Span<sampler_workspace* const> workspaces_;
  std::vector<sampler::StepInputs> inputs_;
  std::deque<Hold<sampler_sequence>> holds_;
  std::deque<Hold<sampler::c::Work>> workspace_holds_;
  std::atomic<std::size_t> next_workspace_ = 0;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> done_ = 0;
  std::atomic<sampler_status> failed_ = SAMPLER_OK;
};

sampler_status SampleBatch(absl::Span<sampler_workspace* const> workspaces,
                           const sampler_step* steps, std::size_t count,
                           const sampler_executor* executor,
                           sampler_error* error) {
  if (count == 0) return SAMPLER_OK;
  if (steps == nullptr) return Invalid(error, "steps: got NULL");
  if (executor != nullptr && executor->run == nullptr) {
    return Invalid(error, "executor: run: got NULL");
  }
  if (executor != nullptr && executor->workers == 0) {
    return Invalid(error, "executor: workers: got 0, want at least 1");
  }
  Batch batch(steps, count, workspaces);
  const sampler_status begun = batch.Begin(error);
  if (begun != SAMPLER_OK) return begun;
  if (executor == nullptr) {
    batch.Work();
  } else {
    executor->run(
        executor->context, std::min(executor->workers, count),
        [](void* data, size_t) { static_cast<Batch*>(data)->Work(); }, &batch);
  }
  return batch.End(error);
}

}  // namespace

extern "C" {

sampler_status sampler_sample_batch(const sampler_step* steps, size_t count,
                                    const sampler_executor* executor,
                                    sampler_error* error) {
  return Guarded(
      error, [&] { return SampleBatch({}, steps, count, executor, error); });
}

sampler_status sampler_sample_batch_with(sampler_workspace* const* workspaces,
                                         size_t workspace_count,
                                         const sampler_step* steps,
                                         size_t count,
                                         const sampler_executor* executor,
                                         sampler_error* error) {
  return Guarded(error, [&] {
    if (workspaces == nullptr) return Invalid(error, "workspaces: got NULL");
    const size_t workers = executor == nullptr ? 1 : executor->workers;
    if (workspace_count < workers) {
      return Invalid(
          error, absl::StrCat("workspaces: got ", workspace_count,
                              ", want one for each of ", workers, " workers"));
    }
    return SampleBatch(absl::MakeConstSpan(workspaces, workspace_count), steps,
                       count, executor, error);
  });
}

}  // extern "C"
