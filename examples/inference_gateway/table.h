// SPDX-License-Identifier: Apache-2.0
//
// A table for people: columns as wide as they must be, numbers to the right.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_TABLE_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_TABLE_H_

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace gateway {

class Table {
 public:
  // Columns that hold numbers are set to the right.
  Table(std::string title, std::vector<std::string> header)
      : title_(std::move(title)), header_(std::move(header)) {}

  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  // Prints nothing if there are no rows.
  void Print(std::ostream& out) const;

 private:
  std::string title_;
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

// Returns `count` with a space between thousands: `19 366`.
std::string Thousands(std::size_t count);
// Returns `bytes` in KiB, MiB or GiB.
std::string Bytes(std::size_t bytes);
// Returns a length of time in µs, ms or s.
std::string Micros(double micros);

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_TABLE_H_
