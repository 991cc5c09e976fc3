// Builds small logs byte by byte, and the questions that most log tests ask.

#ifndef SAMPLER_TESTS_LOGS_LOG_FILES_H_
#define SAMPLER_TESTS_LOGS_LOG_FILES_H_

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "sampler/logs/log.h"

namespace sampler::logs {

// The little-endian bytes of `value`.
template <typename T>
std::string Bytes(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

// The bytes that pairs of hexadecimal digits stand for.
inline std::string BytesOfHex(absl::string_view digits) {
  const auto value = [](char digit) {
    return digit <= '9' ? digit - '0' : digit - 'a' + 10;
  };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(16 * value(digits[i]) + value(digits[i + 1]));
  }
  return bytes;
}

template <typename T>
std::string ArrayBytes(const std::vector<T>& values) {
  std::string bytes;
  for (const T value : values) bytes += Bytes(value);
  return bytes;
}

inline std::string Reversed(const std::string& bytes, std::size_t width) {
  std::string reversed;
  for (std::size_t i = 0; i < bytes.size(); i += width) {
    const std::string element = bytes.substr(i, width);
    reversed.append(element.rbegin(), element.rend());
  }
  return reversed;
}

// A folder of this process alone, gone when it ends: tests of several builds
// may run side by side.
class ScratchFolder {
 public:
  ScratchFolder() : path_(absl::StrCat(testing::TempDir(), "/logs.XXXXXX")) {
    if (mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Writes a file and returns its path. A second file of the same name replaces
// the first.
inline std::string WriteFile(absl::string_view name, const std::string& bytes) {
  static const ScratchFolder folder;
  const std::string path = absl::StrCat(folder.path(), "/", name);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  return path;
}

// A name that no file has.
inline std::string FreshPath(absl::string_view name) {
  std::string path = WriteFile(name, "");
  std::filesystem::remove(path);
  return path;
}

inline std::string Npy(absl::string_view descr, absl::string_view shape,
                       const std::string& data,
                       absl::string_view fortran = "False") {
  std::string dict =
      absl::StrCat("{'descr': '", descr, "', 'fortran_order': ", fortran,
                   ", 'shape': ", shape, ", }");
  dict.resize(117, ' ');
  dict += '\n';
  return absl::StrCat("\x93NUMPY", absl::string_view("\1\0", 2),
                      Bytes(static_cast<std::uint16_t>(dict.size())), dict,
                      data);
}

inline std::string Safetensors(const std::string& json,
                               const std::string& data) {
  return absl::StrCat(Bytes(std::uint64_t{json.size()}), json, data);
}

// One tensor of a safetensors file.
struct Tensor {
  std::string name;
  std::string dtype;
  std::string shape;  // "[2, 3]"
  std::string data;
};

inline std::string Safetensors(const std::vector<Tensor>& tensors,
                               absl::string_view metadata = "") {
  std::string json = "{";
  std::string data;
  if (!metadata.empty()) {
    absl::StrAppend(&json, "\"__metadata__\":", metadata, ",");
  }
  for (const Tensor& tensor : tensors) {
    absl::StrAppend(&json, "\"", tensor.name, "\":{\"dtype\":\"", tensor.dtype,
                    "\",\"shape\":", tensor.shape, ",\"data_offsets\":[",
                    data.size(), ",", data.size() + tensor.data.size(), "]},");
    data += tensor.data;
  }
  json.back() = '}';
  return Safetensors(json, data);
}

struct LlamaRow {
  float scale;
  float min_log_prob;
  std::vector<std::uint16_t> codes;
};

inline std::string LlamaLogits(std::int32_t context, std::int32_t vocabulary,
                               std::int32_t chunks,
                               const std::vector<std::int32_t>& tokens,
                               const std::vector<LlamaRow>& rows) {
  std::string bytes =
      absl::StrCat("_logits_", Bytes(context), Bytes(vocabulary), Bytes(chunks),
                   ArrayBytes(tokens));
  for (const LlamaRow& row : rows) {
    absl::StrAppend(&bytes, Bytes(row.scale), Bytes(row.min_log_prob),
                    ArrayBytes(row.codes));
    if (row.codes.size() % 2 != 0) bytes += std::string(2, '\0');
  }
  return bytes;
}

// All values of a log, row after row.
inline std::vector<double> AllValues(const Log& log) {
  std::vector<double> values;
  RowBuffer buffer;
  for (std::int64_t r = 0; r < log.rows(); ++r) {
    const Logits row = log.Row(r, buffer).value();
    for (std::size_t i = 0; i < row.size(); ++i) values.push_back(row[i]);
  }
  return values;
}

template <typename T>
std::vector<std::int32_t> Ids(const T& span) {
  return std::vector<std::int32_t>(span.begin(), span.end());
}

// An error of this code that mentions each of `parts`.
template <typename T>
testing::AssertionResult Refuses(const absl::StatusOr<T>& result,
                                 absl::StatusCode code,
                                 const std::vector<std::string>& parts) {
  if (result.ok()) return testing::AssertionFailure() << "was accepted";
  for (const std::string& part : parts) {
    if (result.status().code() != code ||
        !absl::StrContains(result.status().message(), part)) {
      return testing::AssertionFailure()
             << result.status() << "\nwant code "
             << absl::StatusCodeToString(code) << " and \"" << part << "\"";
    }
  }
  return testing::AssertionSuccess();
}

inline testing::AssertionResult Fails(const absl::Status& status,
                                      absl::StatusCode code,
                                      const std::vector<std::string>& parts) {
  if (status.ok()) return testing::AssertionFailure() << "was accepted";
  return Refuses(absl::StatusOr<int>(status), code, parts);
}

// Every proper prefix of a good log is DataLoss (or, below the first bytes by
// which the format is known, InvalidArgument), and with allow_partial gives
// exactly the rows that lie wholly inside it.
inline void CheckEveryPrefix(const std::string& bytes, std::size_t recognised,
                             std::size_t data_offset, std::size_t row_bytes,
                             const OpenOptions& given = {}) {
  OpenOptions options = given;
  const auto whole = Log::Open(WriteFile("whole", bytes), options);
  ASSERT_TRUE(whole.ok()) << whole.status();
  const std::vector<double> values = AllValues(**whole);
  const auto width = static_cast<std::size_t>((*whole)->vocabulary_size());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    SCOPED_TRACE(absl::StrCat("prefix of ", size, " bytes"));
    const std::string path = WriteFile("prefix", bytes.substr(0, size));
    options.allow_partial = false;
    const auto refused = Log::Open(path, options);
    ASSERT_FALSE(refused.ok());
    if (size < recognised) {
      EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
      continue;
    }
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_TRUE(absl::StrContains(refused.status().message(), "intact"))
        << refused.status();
    options.allow_partial = true;
    const auto partial = Log::Open(path, options);
    const std::size_t rows =
        size < data_offset
            ? 0
            : std::min((size - data_offset) / row_bytes,
                       static_cast<std::size_t>((*whole)->rows()));
    ASSERT_EQ(partial.ok(), rows > 0) << partial.status();
    if (rows == 0) continue;
    EXPECT_EQ((*partial)->rows(), static_cast<std::int64_t>(rows));
    EXPECT_EQ((*partial)->description().expected_rows, (*whole)->rows());
    EXPECT_EQ((*partial)->description().partial(),
              (*partial)->rows() < (*whole)->rows());
    EXPECT_EQ(AllValues(**partial),
              std::vector<double>(
                  values.begin(),
                  values.begin() + static_cast<std::ptrdiff_t>(rows * width)));
    const auto tokens = (*partial)->tokens();
    EXPECT_TRUE(tokens.empty() || tokens.size() == rows);
    std::int64_t covered = 0;
    for (const LogSequence& sequence : (*partial)->sequences()) {
      EXPECT_EQ(sequence.first_row, covered);
      covered += sequence.rows;
    }
    EXPECT_EQ(covered, static_cast<std::int64_t>(rows));
  }
}

}  // namespace sampler::logs

#endif  // SAMPLER_TESTS_LOGS_LOG_FILES_H_
