// SPDX-License-Identifier: Apache-2.0
//
// What one policy does to one record type, as a table over the wire format.

#ifndef PRIVET_RECORD_PLAN_H_
#define PRIVET_RECORD_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "policy/snapshot.h"
#include "privet/transform.h"
#include "record/cells.h"
#include "record/rules.h"

namespace google::protobuf {
class Descriptor;
}  // namespace google::protobuf

namespace privet::transform {
class Transform;
enum class FieldType : std::uint8_t;
}  // namespace privet::transform

namespace privet::record {

struct Tables;  // src/record/tables.h: what the pass reads

// At most so many compartments in a record (docs/wire_format.md), beside none.
inline constexpr std::size_t kMaxCompartments = 64;

// Fields that are decided as one.
struct Cell {
  std::vector<policy::Category> categories;  // sorted; empty: public
};

// How a field is indexed.
struct IndexSpec {
  std::string name;  // the oldest one: enters keys
  bool unique = false;
  std::uint32_t bits = 0;  // 0: not said
  enum class Normal : std::uint8_t { kExact, kEmail, kCaseFold };
  Normal normal = Normal::kExact;
};

// A field of the type, or a message on the way to one; in the order of the
// schema. The outcome of a pass has a bit for each.
struct Field {
  std::string path;                    // `items.note`
  std::vector<std::uint32_t> numbers;  // the same as numbers
  bool is_leaf = false;          // tagged; else a message whose fields are
  CellIndex cell = kNoCell;      // of a leaf
  std::uint8_t compartment = 0;  // of a leaf; of a message the first
  bool in_unit = false;          // inside a repeated message or a map
  bool redact = false;           // `debug_redact`: never shown in a log
  transform::FieldType type{};
  bool has_index = false;
  IndexSpec index;
};

// The fields of one record that share one fate.
struct Compartment {
  std::uint32_t id = 0;
  bool is_public = false;
  // What its retention class, fate and obligation are asked for: those of a
  // field; of a repeated message those of all its fields. Empty: public.
  std::vector<policy::Category> categories;
  CellSet cells;                      // that have a field in it
  std::vector<std::uint16_t> fields;  // leaves, by number of Plan::fields()
};

// One form, compiled for each field that it may apply to.
struct FormRow {
  // By number of Plan::fields(); null drops.
  std::vector<const transform::Transform*> transforms;
  CellSet cells;  // of which something is left
};

// One policy, one record type. Immutable and thread-safe; shared by all calls.
class Plan {
 public:
  // Binds `type` under `rules`. The descriptor must outlive the plan; `rules`
  // is not kept. `scanners` is what transforms may ask.
  //
  // Returns InvalidArgument, naming every field that is in the way and what to
  // do about it, if the type does not bind; Unimplemented for what a later
  // version does (`about`, `pad`).
  static absl::StatusOr<std::shared_ptr<const Plan>> Bind(
      const Rules& rules, const google::protobuf::Descriptor* type,
      const Scanners& scanners);

  ~Plan();
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  // Returns the message type.
  const google::protobuf::Descriptor* descriptor() const;
  // Returns its full name today, and the one that enters keys and records:
  // the oldest, of a residue followed by `#` and its retention.
  const std::string& type() const;
  const std::string& sealed_type() const;

  absl::Span<const Cell> cells() const;
  absl::Span<const Field> fields() const;
  // Returns the compartments, `id` rising: the order of a sealed record. At
  // most one is public.
  absl::Span<const Compartment> compartments() const;

  // Returns whom the record is about: the path of that field, empty if it is
  // about nobody; and the kind of person, empty if the policy does not say.
  const std::string& subject_path() const;
  const std::string& subject_kind() const;
  // Returns the path of the time of creation; empty: the clock at sealing.
  const std::string& created_path() const;

  // Reads the host's id of the subject (numbers in decimal), or the time of
  // creation, out of a serialized record without a pass; InvalidArgument if
  // the bytes around it are malformed or have it twice. An absent field, and a
  // plan without the path, give "" and InfinitePast().
  absl::StatusOr<std::string> ReadSubject(std::string_view record) const;
  absl::StatusOr<absl::Time> ReadCreated(std::string_view record) const;

  // Returns what stays when the record's ANONYMIZE retention ends: the plan of
  // records of `type#retention`; null if nothing does. Made by a pass of this
  // plan (not of the parent) over the parent's bytes, with the call that
  // CallPlan::ForResidue() makes.
  const Plan* residue() const;
  // Returns its retention, and the category set that it becomes by cell.
  const std::string& residue_retention() const;

  // Returns the catalogue row of a compartment: which fields it holds. A later
  // policy reads what a record sealed under this layout holds by it.
  std::string CatalogueRow(std::size_t compartment) const;

  // Returns the cells of this plan that lie in the compartment of a row made by
  // any earlier plan of the type; fields that this plan does not know are
  // passed over: a pass drops them. DataLoss if the row is malformed.
  absl::StatusOr<CellSet> CellsOf(std::string_view catalogue_row) const;

  // Returns the index of the compartment, or -1: of an older layout.
  int FindCompartment(std::uint32_t id) const;

  // Returns what `form` does to the fields; null if it leaves nothing of any.
  const FormRow* TransformsOf(policy::Form form) const;

  // Of the plan of a residue: the same from the parent's values, when what they
  // become may be stored in `form`.
  const FormRow* ResidueTransformsOf(policy::Form form) const;

  const Tables& tables() const { return *tables_; }

 private:
  friend class PlanMaker;
  Plan();

  std::unique_ptr<Tables> tables_;
};

}  // namespace privet::record

#endif  // PRIVET_RECORD_PLAN_H_
