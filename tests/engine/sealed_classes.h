// SPDX-License-Identifier: Apache-2.0
//
// What retentions a sealed record was sealed under, field by field.

#ifndef PRIVET_TESTS_ENGINE_SEALED_CLASSES_H_
#define PRIVET_TESTS_ENGINE_SEALED_CLASSES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/keep.h"
#include "base/sealed_header.h"
#include "keys/catalogue.h"
#include "policy/retention_class.h"
#include "privet/engine.h"
#include "privet/sealed_record.h"
#include "privet/store.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {

// Returns the compartment that a field lies in by the policy at work.
inline std::uint32_t CompartmentOf(const Engine& engine,
                                   const std::string& type,
                                   const std::string& path) {
  const auto fields = engine.Tag(type);
  REQUIRE_OK(fields);
  for (const TaggedField& field : *fields) {
    if (field.path == path) return field.compartment;
  }
  FAIL(type << " has no field " << path);
  return 0;
}

// Returns the number of the record's type, which its id begins with.
inline std::uint32_t TypeNumberOf(const SealedRecord& record) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = (number << 8) | record.id().bytes[i];
  }
  return number;
}

// Returns the retentions of the compartment in which `path` lies, each as
// `id keep`, with commas between; "none" if the record has no such compartment,
// or it was dropped.
inline std::string KeptUnder(const Engine& engine, Store& vault,
                             const SealedRecord& record,
                             const std::string& path) {
  const auto header = base::SealedHeader::Parse(record.bytes());
  REQUIRE_OK(header);
  const std::uint32_t compartment =
      CompartmentOf(engine, std::string(header->type()), path);
  for (std::size_t i = 0; i < header->size(); ++i) {
    if (header->compartment(i) != compartment || header->dropped(i)) continue;
    const auto row = keys::FindClass(vault, header->retention_class(i));
    REQUIRE_OK(row);
    REQUIRE(row->has_value());
    const auto of = policy::RetentionClass::Parse(**row);
    REQUIRE_OK(of);
    std::string text;
    for (const policy::Period& period : of->periods) {
      if (!text.empty()) text += ", ";
      text += period.id + " " + period.keep.ToString();
    }
    return text;
  }
  return "none";
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_ENGINE_SEALED_CLASSES_H_
