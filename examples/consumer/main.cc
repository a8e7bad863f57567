// SPDX-License-Identifier: Apache-2.0
//
// A host that links Privet the way its build system does: it reads a tag of a
// proto of its own, and names a record.

#include <iostream>
#include <string>

#include "note.pb.h"
#include "privet/record_id.h"
#include "privet/v1/annotations.pb.h"

int main() {
  const auto& tag = consumer::Note::descriptor()
                        ->FindFieldByName("author")
                        ->options()
                        .GetExtension(privet::v1::field);
  const auto id = privet::RecordId::FromBytes("0123456789abcdef");
  if (!id.ok()) return std::cerr << id.status().message() << "\n", 1;
  std::cout << tag.categories(0) << " of record " << id->ToString() << "\n";
  return 0;
}
