// SPDX-License-Identifier: Apache-2.0

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "privet/store.h"
#include "privet/testing/conformance.h"
#include "testing/expect.h"

namespace privet::testing {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

// Bytes that C strings and signed comparisons get wrong.
const std::string kZeroByte("a\0b", 3);
const std::string kHighByte("a\xff", 2);

absl::StatusOr<Rows> RowsOf(Store& store, std::string_view from,
                            std::string_view to) {
  Rows rows;
  PRIVET_RETURN_IF_ERROR(
      store.Scan(from, to, [&](std::string_view key, std::string_view value) {
        rows.emplace_back(key, value);
        return true;
      }));
  return rows;
}

absl::Status Set(Store& store, const std::string& key, std::string value) {
  return store.Commit({}, {{key, std::move(value)}});
}

absl::Status ReadsWhatWasWritten(Store& store) {
  PRIVET_ASSIGN_OR_RETURN(auto value, store.Read("k"));
  PRIVET_EXPECT(!value.has_value());
  PRIVET_RETURN_IF_ERROR(Set(store, "k", "one"));
  PRIVET_ASSIGN_OR_RETURN(value, store.Read("k"));
  PRIVET_EXPECT(value == "one");
  PRIVET_RETURN_IF_ERROR(Set(store, "k", "two"));
  PRIVET_ASSIGN_OR_RETURN(value, store.Read("k"));
  PRIVET_EXPECT(value == "two");
  PRIVET_RETURN_IF_ERROR(store.Commit({}, {{"k", std::nullopt}}));
  PRIVET_ASSIGN_OR_RETURN(value, store.Read("k"));
  PRIVET_EXPECT(!value.has_value());
  return absl::OkStatus();
}

absl::Status TellsEmptyFromAbsent(Store& store) {
  PRIVET_RETURN_IF_ERROR(Set(store, "k", ""));
  PRIVET_ASSIGN_OR_RETURN(const auto value, store.Read("k"));
  PRIVET_EXPECT(value.has_value() && value->empty());
  PRIVET_EXPECT_CODE(store.Commit({{"k", std::nullopt}}, {{"x", "1"}}),
                     absl::StatusCode::kAborted);
  return store.Commit({{"k", ""}}, {{"x", "1"}});
}

absl::Status KeepsAnyBytes(Store& store) {
  for (const std::string& bytes :
       {kZeroByte, kHighByte, std::string("\0", 1)}) {
    PRIVET_RETURN_IF_ERROR(Set(store, bytes, bytes));
    PRIVET_ASSIGN_OR_RETURN(const auto value, store.Read(bytes));
    PRIVET_EXPECT(value == bytes);
  }
  return absl::OkStatus();
}

absl::Status ScansInByteOrder(Store& store) {
  for (const std::string& key :
       {std::string("b"), kHighByte, std::string("a"), kZeroByte}) {
    PRIVET_RETURN_IF_ERROR(Set(store, key, "v"));
  }
  PRIVET_ASSIGN_OR_RETURN(const Rows all, RowsOf(store, "", ""));
  const Rows want = {
      {"a", "v"}, {kZeroByte, "v"}, {kHighByte, "v"}, {"b", "v"}};
  PRIVET_EXPECT(all == want);
  return absl::OkStatus();
}

absl::Status ScansFromInclusiveToExclusive(Store& store) {
  for (const char* key : {"a", "b", "c"}) {
    PRIVET_RETURN_IF_ERROR(Set(store, key, key));
  }
  PRIVET_ASSIGN_OR_RETURN(const Rows rows, RowsOf(store, "a", "c"));
  PRIVET_EXPECT((rows == Rows{{"a", "a"}, {"b", "b"}}));
  PRIVET_ASSIGN_OR_RETURN(const Rows none, RowsOf(store, "c", "a"));
  PRIVET_EXPECT(none.empty());
  return absl::OkStatus();
}

absl::Status StopsAScan(Store& store) {
  for (const char* key : {"a", "b", "c"}) {
    PRIVET_RETURN_IF_ERROR(Set(store, key, ""));
  }
  int seen = 0;
  PRIVET_RETURN_IF_ERROR(store.Scan(
      "", "", [&](std::string_view, std::string_view) { return ++seen < 2; }));
  PRIVET_EXPECT(seen == 2);
  return absl::OkStatus();
}

absl::Status CommitsAllOrNothing(Store& store) {
  PRIVET_RETURN_IF_ERROR(Set(store, "a", "1"));
  PRIVET_EXPECT_CODE(
      store.Commit({{"a", "1"}, {"b", "1"}}, {{"a", "2"}, {"c", "2"}}),
      absl::StatusCode::kAborted);
  PRIVET_EXPECT_CODE(store.Commit({{"a", std::nullopt}}, {{"c", "2"}}),
                     absl::StatusCode::kAborted);
  PRIVET_ASSIGN_OR_RETURN(const Rows rows, RowsOf(store, "", ""));
  PRIVET_EXPECT((rows == Rows{{"a", "1"}}));
  return store.Commit({{"a", "1"}, {"b", std::nullopt}},
                      {{"a", std::nullopt}, {"b", "2"}});
}

absl::Status ChecksConditionsWithoutWrites(Store& store) {
  PRIVET_EXPECT_CODE(store.Commit({{"a", "1"}}, {}),
                     absl::StatusCode::kAborted);
  return store.Commit({{"a", std::nullopt}}, {});
}

absl::Status RefusesWhatIsOutOfBounds(Store& store) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  const std::string long_key(1025, 'k');
  const std::string long_value((std::size_t{1} << 20) + 1, 'v');
  PRIVET_EXPECT_CODE(Set(store, "", "v"), kInvalid);
  PRIVET_EXPECT_CODE(Set(store, long_key, "v"), kInvalid);
  PRIVET_EXPECT_CODE(Set(store, "k", long_value), kInvalid);
  PRIVET_EXPECT_CODE(store.Commit({{"", std::nullopt}}, {}), kInvalid);
  PRIVET_EXPECT_CODE(store.Read("").status(), kInvalid);
  PRIVET_EXPECT_CODE(store.Commit({}, {{"k", "1"}, {"k", "2"}}), kInvalid);
  PRIVET_RETURN_IF_ERROR(Set(store, long_key.substr(1), long_value.substr(1)));
  PRIVET_ASSIGN_OR_RETURN(const Rows rows, RowsOf(store, "", ""));
  PRIVET_EXPECT(rows.size() == 1);
  return absl::OkStatus();
}

absl::Status ScrubsWhatNobodyReads(Store& store) {
  PRIVET_RETURN_IF_ERROR(Set(store, "k", "v"));
  PRIVET_RETURN_IF_ERROR(store.Commit({}, {{"k", std::nullopt}}));
  PRIVET_ASSIGN_OR_RETURN(const Store::Scrubbed scrubbed, store.Scrub());
  PRIVET_EXPECT(scrubbed == Store::Scrubbed::kDone);
  return absl::OkStatus();
}

// Counts up in one row from two threads: each count is won once.
absl::Status LosesNoUpdate(Store& store) {
  constexpr int kCounts = 50;
  PRIVET_RETURN_IF_ERROR(Set(store, "n", "0"));
  std::atomic<bool> failed{false};
  const auto count = [&] {
    for (int done = 0; done < kCounts;) {
      const auto value = store.Read("n");
      if (!value.ok() || !value->has_value()) {
        failed = true;
        return;
      }
      const absl::Status status = store.Commit(
          {{"n", **value}}, {{"n", std::to_string(std::stoi(**value) + 1)}});
      if (status.ok()) ++done;
      if (!status.ok() && status.code() != absl::StatusCode::kAborted) {
        failed = true;
        return;
      }
    }
  };
  std::thread other(count);
  count();
  other.join();
  PRIVET_EXPECT(!failed);
  PRIVET_ASSIGN_OR_RETURN(const auto value, store.Read("n"));
  PRIVET_EXPECT(value == std::to_string(2 * kCounts));
  return absl::OkStatus();
}

constexpr StoreCase kCases[] = {
    {"A store reads what was written last", ReadsWhatWasWritten},
    {"A store tells an empty value from none", TellsEmptyFromAbsent},
    {"A store keeps any bytes", KeepsAnyBytes},
    {"A store scans in the order of bytes", ScansInByteOrder},
    {"A scan includes its beginning and not its end",
     ScansFromInclusiveToExclusive},
    {"A scan ends when it is told to", StopsAScan},
    {"A commit does all or nothing", CommitsAllOrNothing},
    {"A commit without writes checks its conditions",
     ChecksConditionsWithoutWrites},
    {"A store refuses keys and values out of bounds", RefusesWhatIsOutOfBounds},
    {"A store scrubs what nobody reads", ScrubsWhatNobodyReads},
    {"A store loses no update of two threads", LosesNoUpdate},
};

}  // namespace

absl::Span<const StoreCase> StoreConformance() { return kCases; }

}  // namespace privet::testing
