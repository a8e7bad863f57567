// SPDX-License-Identifier: Apache-2.0
//
// What Privet's store of records is measured against: the table that a careful
// team writes by hand. Random ids as primary key, an index on the subject, one
// on the time at which the next part is due; and a table of blind index rows.

#ifndef PRIVET_BENCHMARKS_STORE_HAND_WRITTEN_TABLE_H_
#define PRIVET_BENCHMARKS_STORE_HAND_WRITTEN_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/types/span.h"

struct sqlite3;

namespace privet::benchmarks {

// A row: three sealed parts, of which the first is due first.
struct HandWrittenRow {
  std::string id, subject, tag;
  std::int64_t due_ms = 0;
  std::string parts[3];
};

// Ends the process on any error: a figure would mean nothing.
class HandWrittenTable {
 public:
  explicit HandWrittenTable(const std::string& path);
  ~HandWrittenTable();

  // Inserts rows in one transaction.
  void Insert(absl::Span<const HandWrittenRow> rows);

  // Sets the first part, and what it is found by, to null where it is due, in
  // transactions of `batch` rows; what is left is due at `next_ms`. Returns how
  // many.
  std::size_t DropDue(std::int64_t now_ms, std::int64_t next_ms,
                      std::size_t batch);

  // Deletes rows that are due. Returns how many.
  std::size_t DeleteDue(std::int64_t now_ms, std::size_t batch);

 private:
  sqlite3* database_ = nullptr;
};

}  // namespace privet::benchmarks

#endif  // PRIVET_BENCHMARKS_STORE_HAND_WRITTEN_TABLE_H_
