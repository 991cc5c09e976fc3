// A pipeline and a sequence as a `llama_sampler`, so that a llama.cpp program
// samples with this library: one line in place of those that fill its chain.
//
//   llama_sampler* smpl = llama_sampler_chain_init(...);
//   llama_sampler_chain_add(smpl, sampler::NewLlamaSampler(
//       R"({"version": 1, "stages": [{"type": "min_p", "p": 0.05},
//                                    {"type": "categorical"}]})",
//       vocab, {.seed = 42}).value());
//
// All else stays: llama_sampler_sample(smpl, ctx, i), llama_sampler_accept,
// _reset, _clone, _free; a grammar may stand before it. It also works without a
// chain, but llama_perf_sampler_print wants one, and llama_sampler_sample keeps
// its candidates there. `sampler import llama.cpp` makes a config of flags.
//
// Header-only, and compiled against the caller's llama.h: the layout of
// llama_sampler_i changes between versions, so no built library could fit all.
//
// accept: tokens accepted before the first draw are the prompt (llama_sampler_
//   sample accepts what it drew, nobody accepts the prompt for you: give it in
//   the options, or accept its tokens first, where penalties shall see it).
//   Later ones are output, and each moves the position, which picks the random
//   numbers. A token that was not drawn (a draft's, a forced one) may be
//   accepted; stages with a memory then learn nothing from it.
// apply: candidates may be filtered, reordered or at -inf, as a grammar before
//   this sampler leaves them: a token that is not there counts as -inf. (An id
//   that stands twice has the last of its logits.) The array becomes what the
//   pipeline leaves: survivors by ascending id, their logits, their
//   probabilities in p, `sorted` false unless one is left; `selected` is the
//   drawn token. So samplers may follow, and draw among the survivors anew.
//   A draw that is repeated before a token is accepted redraws the sequence
//   (Sequence::Redraw): llama.cpp's common_sampler draws again, behind the
//   grammar, if it rejects the first token, and a second draw from the same
//   numbers would not have the right law. sequence().attempt() repeats it.
// SampleRow: where nothing else stands in the chain, the array is not needed:
//     llama_token t = sampler::SampleRow(smpl, llama_get_logits_ith(ctx, i));
//   draws and accepts the token that llama_sampler_sample(smpl, ctx, i) would,
//   in a tenth of the time of a short chain: most of that goes into writing the
//   array and reading it.
// reset: as created; the prompt of the options stays, an accepted one goes.
// clone: independent, and draws the same tokens as the original would.
// Errors: apply has no way to report one. If the row or an input is bad,
//   `selected` stays -1, the array is as it came, and LlamaSampler::last() says
//   why. llama_sampler_sample would then end the program: where rows may be
//   bad, call llama_sampler_apply and look at `selected`.
// With "rng": "llama_cpp" the tokens are llama.cpp's own if the array holds the
//   whole vocabulary in id order, and for first draws only.
// Thread-safety: as llama.cpp's samplers: one per sequence, one thread at a
//   time.
// Cost: beside the step itself one pass over the array, and the exact weights
//   of the survivors for p. Memory: 4 bytes per token of the vocabulary, 12 per
//   survivor, and a workspace.
// Source: llama.h b10573; only members of llama_sampler_i that all versions
//   since September 2024 have.
// Tested by: tests/adapters/llama_cpp_adapter_test.cc,
//   llama_cpp_chain_test.cc.

#ifndef SAMPLER_ADAPTERS_LLAMA_CPP_H_
#define SAMPLER_ADAPTERS_LLAMA_CPP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "llama.h"
#include "sampler/adapters/llama_cpp_array.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"

namespace sampler {

// What stands behind the `llama_sampler`.
class LlamaSampler {
 public:
  // What stands behind `smpl`; null if that is another sampler (a chain, say:
  // ask llama_sampler_chain_get).
  static LlamaSampler* Of(llama_sampler* smpl) {
    return smpl != nullptr && smpl->iface == Interface()
               ? static_cast<LlamaSampler*>(smpl->ctx)
               : nullptr;
  }

  // REQUIRES: `options` are good for pipeline.NewSequence. `workspace` may be
  // null.
  LlamaSampler(Pipeline pipeline, Sequence::Options options, Sequence sequence,
               Workspace* workspace)
      : pipeline_(std::move(pipeline)),
        options_(std::move(options)),
        given_prompt_(options_.prompt.size()),
        sequence_(std::move(sequence)),
        workspace_(workspace) {
    // A seed that was drawn for it stays when the sequence begins anew.
    options_.seed = sequence_.seed();
  }

  LlamaSampler(const LlamaSampler& other)
      : pipeline_(other.pipeline_),
        options_(other.options_),
        given_prompt_(other.given_prompt_),
        prompt_grew_(other.prompt_grew_),
        begun_(other.begun_),
        drawn_(other.drawn_),
        inputs_(other.inputs_),
        sequence_(other.sequence_),
        last_(other.last_),
        workspace_(other.own_ == nullptr ? other.workspace_ : nullptr) {}
  LlamaSampler& operator=(const LlamaSampler&) = delete;

  // For stages that want more than the row, until set anew. What they point to
  // must outlive every apply.
  void set_inputs(const StepInputs& inputs) { inputs_ = inputs; }

  // The outcome of the last apply: a token, or the status that says why not.
  const Token& last() const { return last_; }

  // As it stands. Tokens accepted before the first draw come with it.
  const Sequence& sequence() const { return sequence_; }

  // Why a token could not be accepted, if one could not. It was left out.
  const absl::Status& accept_status() const { return accept_status_; }

  void Accept(llama_token token) {
    const bool drawn = std::exchange(drawn_, false);
    if (!begun_ && token >= 0 && token < sequence_.vocabulary_size()) {
      options_.prompt.push_back(token);
      prompt_grew_ = true;
      return;
    }
    const absl::Status status =
        drawn ? sequence_.Accept(last_, token) : sequence_.AcceptId(token);
    if (!status.ok()) accept_status_ = status;
  }

  void Apply(llama_token_data_array& array) {
    array.selected = -1;
    // Without a row the step has the status kWrongSize.
    const Logits row = array_.Load(
        array, static_cast<std::size_t>(pipeline_.vocabulary_size()));
    BeginDraw();
    const sampler::Step step =
        pipeline_.Process(row, sequence_, *workspace_, inputs_);
    last_ = step.Draw();
    if (last_.status == RowStatus::kOk) {
      array_.Store(step.distribution(), last_.id, array);
    }
  }

  // The token that Apply would select in an array of this row, which has a
  // logit for every token of the vocabulary. It is not accepted yet.
  const Token& Draw(Logits row) {
    BeginDraw();
    last_ = pipeline_.Sample(row, sequence_, *workspace_, inputs_);
    return last_;
  }

  void Reset() {
    options_.prompt.resize(given_prompt_);
    Restart();
    begun_ = false;
    drawn_ = false;
    accept_status_ = absl::OkStatus();
  }

  // The functions that llama.cpp calls.
  static llama_sampler_i* Interface() {
    static llama_sampler_i* const interface = [] {
      static llama_sampler_i made = {};
      made.name = [](const llama_sampler*) { return "sampler"; };
      made.accept = [](llama_sampler* smpl, llama_token token) {
        Of(smpl)->Accept(token);
      };
      made.apply = [](llama_sampler* smpl, llama_token_data_array* array) {
        Of(smpl)->Apply(*array);
      };
      made.reset = [](llama_sampler* smpl) { Of(smpl)->Reset(); };
      made.clone = [](const llama_sampler* smpl) {
        const auto* const original = static_cast<LlamaSampler*>(smpl->ctx);
        return llama_sampler_init(
            Interface(), std::make_unique<LlamaSampler>(*original).release());
      };
      made.free = [](llama_sampler* smpl) {
        const std::unique_ptr<LlamaSampler> last(Of(smpl));
      };
      return &made;
    }();
    return interface;
  }

 private:
  // The sequence after the prompt.
  void Restart() {
    prompt_grew_ = false;
    absl::StatusOr<Sequence> sequence = pipeline_.NewSequence(options_);
    if (sequence.ok()) sequence_ = *std::move(sequence);
  }

  void BeginDraw() {
    if (prompt_grew_) Restart();
    begun_ = true;
    if (workspace_ == nullptr) {
      own_ = std::make_unique<Workspace>();
      workspace_ = own_.get();
    }
    // Fails after 2^32 - 1 times; the step is then repeated.
    if (std::exchange(drawn_, true)) sequence_.Redraw().IgnoreError();
  }

  Pipeline pipeline_;
  Sequence::Options options_;  // The prompt with what was accepted to it.
  std::size_t given_prompt_;   // Tokens of the prompt that came with them.
  bool prompt_grew_ = false;   // The sequence does not know it all yet.
  bool begun_ = false;         // A token was drawn.
  bool drawn_ = false;         // Since the last accepted token.
  StepInputs inputs_;
  Sequence sequence_;
  Token last_;
  absl::Status accept_status_;
  LlamaArray array_;
  std::unique_ptr<Workspace> own_;
  Workspace* workspace_;
};

// A sampler for llama.cpp to own (llama_sampler_free, or the chain it is added
// to). Several may share one `workspace` if one thread uses them; it must
// outlive them and their clones. Without one each has its own, made at the
// first draw. Errors: those of Pipeline::NewSequence.
inline absl::StatusOr<llama_sampler*> NewLlamaSampler(
    const Pipeline& pipeline, const Sequence::Options& options = {},
    Workspace* workspace = nullptr) {
  absl::StatusOr<Sequence> sequence = pipeline.NewSequence(options);
  if (!sequence.ok()) return sequence.status();
  return llama_sampler_init(
      LlamaSampler::Interface(),
      std::make_unique<LlamaSampler>(pipeline, options, *std::move(sequence),
                                     workspace)
          .release());
}

// The same of a config's JSON text, for this vocabulary. Errors: those of
// ParseConfig and Pipeline::Create as well.
inline absl::StatusOr<llama_sampler*> NewLlamaSampler(
    absl::string_view config_json, const llama_vocab* vocab,
    const Sequence::Options& options = {}, Workspace* workspace = nullptr) {
  const std::int64_t size = llama_vocab_n_tokens(vocab);
  const absl::StatusOr<PipelineConfig> config = ParseConfig(config_json, size);
  if (!config.ok()) return config.status();
  const absl::StatusOr<Pipeline> pipeline = Pipeline::Create(*config, size);
  if (!pipeline.ok()) return pipeline.status();
  return NewLlamaSampler(*pipeline, options, workspace);
}

// Draws a token from `logits`, one for each token of the vocabulary as
// llama_get_logits_ith gives them, and accepts it: what llama_sampler_sample
// does where `smpl` is of NewLlamaSampler and stands alone, without an array.
// -1 if it is another sampler (a chain, say), if there are no logits, or if the
// row or an input is bad; nothing is accepted then, and LlamaSampler::last()
// says why.
inline llama_token SampleRow(llama_sampler* smpl, const float* logits) {
  LlamaSampler* const ours = LlamaSampler::Of(smpl);
  if (ours == nullptr) return -1;
  const auto size =
      static_cast<std::size_t>(ours->sequence().vocabulary_size());
  const Token& token = ours->Draw(
      logits == nullptr ? Logits() : Logits(absl::MakeConstSpan(logits, size)));
  if (token.status != RowStatus::kOk) return -1;
  ours->Accept(token.id);
  return token.id;
}

}  // namespace sampler

#endif  // SAMPLER_ADAPTERS_LLAMA_CPP_H_
