// Files that are no logs: recognised by content, with what to do.

#include "sampler/logs/formats/foreign_format.h"

#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

std::string Tar() {
  std::string head(257, 'a');
  return head + "ustar" + std::string(250, '\0');
}

struct Case {
  std::string bytes;
  std::string found;
  std::string remedy;
};

const std::vector<Case>& Files() {
  static const auto* const files = new std::vector<Case>{
      {"PK\x03\x04 archive/data.pkl", "torch file", "trust"},
      {"\x80\x02}q and more bytes of a pickle", "pickle", "trust"},
      {"PAR1 and so on", "Parquet", "pyarrow"},
      {std::string("ARROW1\0\0", 8), "Arrow", "pyarrow"},
      {std::string("\xff\xff\xff\xff\x10\0\0\0", 8), "Arrow stream",
       "open_stream"},
      {"\x89HDF\r\n\x1a\n....", "HDF5", "h5py"},
      {"GGUF\x03 and so on", "GGUF, the weights of a model",
       "--save-all-logits"},
      {std::string("\x1f\x8b\x08\0\1\2\3\4\0\3", 10), "gzip", "gzip -dc"},
      {"\x28\xb5\x2f\xfd and so on", "zstd", "zstd -dc"},
      {std::string("\xfd"
                   "7zXZ\0.",
                   7),
       "xz compression", "xz -dc"},
      {"BZh91AY&SY\xff", "bzip2", "bzip2 -dc"},
      {"\x04\x22\x4d\x18 and so on", "lz4", "lz4 -dc"},
      {Tar(), "tar archive", "tar -xf"},
      {std::string("SQLite format 3\0", 16), "SQLite", "numpy.save"},
      {"smpl-log....", "not finished", "sampler convert --recover"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
       "Git LFS pointer", "git lfs pull"},
      {"_logits2 and so on", "_logits2", "llama-perplexity"},
      {"_logits9 and so on", "unknown version of the llama.cpp", "write"},
      {R"({"version":1,"stages":[{"type":"greedy"}]})",
       "a config of this sampler", "--config"},
      {R"({"version":"1.0","added_tokens":[]})", "a tokenizer", "--vocab-file"},
      {R"({"weight_map":{"a":"b"}})", "index of safetensors shards",
       ".safetensors"},
      {R"({"schema":"sampler.inspect/1"})", "sampler itself", "log"},
      {"[[1.5, 2.25, -3], [4, 5, 6]]", "JSON, an array", "numpy.save"},
      {"\xef\xbb\xbf[[1.5, 2.25, -3]]", "JSON, an array", "numpy.save"},
      {R"({"a":1,"b":[1,2,3]})", "JSON, and no answer", "numpy.save"},
      {"event: message\ndata: {}\n", "server-sent events", "as it came"},
      {"0.5,1.5,-2\n1,2,3\n", "CSV", "delimiter=','"},
      {"token_0,token_1\n1,2\n", "CSV", "skiprows=1"},
      {"0.5\t1.5\n1\t2\n 1e5", "TSV", "delimiter='\\t'"},
      {"0.5 1.5 -2.25e-3\n1 2 3\n", "numbers as text", "numpy.loadtxt"},
      {"<!DOCTYPE html><html>", "web page", "download"},
      {"<?xml version=\"1.0\"?>", "XML", "numpy.save"},
      {"hello, world; this is a text", "CSV", ""},
      {"once upon a time there was", "text (\"once upon a time", "numpy.save"},
      {"\xff\xfe{\0\"\0", "UTF-16", "numpy.save"},
      {std::string(5000, '\0'), "nothing but zero bytes", "record"},
      {"  \n\n   \t      \n    ", "nothing but white space", "record"},
      {std::string("\1\2\3\0\5\6\7\x08\x09", 9), "unknown bytes",
       "--vocab-size N --dtype TYPE"}};
  return *files;
}

TEST(ForeignFormatTest, IsRecognisedAndSaysWhatToDo) {
  for (const Case& c : Files()) {
    EXPECT_TRUE(Refuses(
        Log::Open(WriteFile("f", c.bytes)), absl::StatusCode::kInvalidArgument,
        {c.found, "safetensors, .npy, .npz, llama.cpp _logits_", c.remedy}))
        << c.found;
  }
}

// With a width any bytes can be read as numbers; what says what it is is not.
TEST(ForeignFormatTest, IsNotReadAsNumbersForAWidth) {
  OpenOptions options;
  options.vocabulary_size = 1;
  options.dtype = DType::kBF16;
  for (const Case& c : Files()) {
    if (c.bytes.size() < 16) continue;
    const bool zeros = c.found == "nothing but zero bytes";
    const bool guess = absl::StartsWith(c.bytes, "\x80");
    if (zeros || guess) continue;
    EXPECT_TRUE(Refuses(Log::Open(WriteFile("f", c.bytes), options),
                        absl::StatusCode::kInvalidArgument, {c.found}))
        << c.found;
  }
}

// Every start of such a file is an error too, and never a crash.
TEST(ForeignFormatTest, EveryPrefixIsRefused) {
  for (const Case& c : Files()) {
    for (std::size_t size = 0;
         size < std::min<std::size_t>(c.bytes.size(), 300); ++size) {
      EXPECT_FALSE(Log::Open(WriteFile("f", c.bytes.substr(0, size))).ok())
          << c.found << " " << size;
    }
  }
}

// The advice names no byte that a terminal would obey.
TEST(ForeignFormatTest, TextIsQuotedSafely) {
  const auto log =
      Log::Open(WriteFile("f", "hello \xc2\x9b[31m and more text"));
  ASSERT_FALSE(log.ok());
  EXPECT_FALSE(absl::StrContains(log.status().message(), "\xc2\x9b"));
}

}  // namespace
}  // namespace sampler::logs
