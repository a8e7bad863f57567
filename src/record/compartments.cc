// SPDX-License-Identifier: Apache-2.0
//
// Gives the fields of a type their cells and compartments.

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "crypto/hash.h"
#include "record/draft.h"

namespace privet::record {
namespace {

using Categories = std::vector<policy::Category>;

class Assigner {
 public:
  explicit Assigner(Draft* draft)
      : draft_(*draft),
        tables_(*draft->tables),
        split_(draft->tags.ReadRecord(&ignored_).split) {}

  void Assign() {
    UniteUnits();
    for (Leaf& leaf : draft_.leaves) AssignLeaf(&leaf);
    CheckObligations();
    if (tables_.compartments.size() > kMaxCompartments) {
      draft_.errors.push_back(absl::StrCat(
          "the type has ", tables_.compartments.size(),
          " compartments, and a record holds at most ", kMaxCompartments,
          "; say `split: BY_RETENTION` in its `record`, or split it up"));
      return;
    }
    NameAndSort();
    for (const Leaf& leaf : draft_.leaves) Publish(leaf);
  }

 private:
  // A unit is one compartment: by the categories of all its fields.
  void UniteUnits() {
    units_.resize(draft_.unit_paths.size());
    for (const Leaf& leaf : draft_.leaves) {
      if (leaf.unit < 0) continue;
      Categories& all = units_[static_cast<std::size_t>(leaf.unit)];
      all.insert(all.end(), leaf.tag.categories.begin(),
                 leaf.tag.categories.end());
    }
    for (Categories& all : units_) {
      std::sort(all.begin(), all.end());
      all.erase(std::unique(all.begin(), all.end()), all.end());
    }
  }

  const Categories& FateCategories(const Leaf& leaf) const {
    return leaf.unit < 0 ? leaf.tag.categories
                         : units_[static_cast<std::size_t>(leaf.unit)];
  }

  void AssignLeaf(Leaf* leaf) {
    Field& field = tables_.fields[leaf->field];
    field.cell = CellOf(leaf->tag.categories, field.path);
    field.compartment = CompartmentOf(FateCategories(*leaf));
    Compartment& compartment = tables_.compartments[field.compartment];
    compartment.cells.Add(field.cell);
    compartment.fields.push_back(leaf->field);
  }

  CellIndex CellOf(const Categories& categories, const std::string& path) {
    const auto known = cells_.find(categories);
    if (known != cells_.end()) return known->second;
    if (tables_.cells.size() == kMaxCells) {
      if (!too_many_cells_) {
        draft_.errors.push_back(
            absl::StrCat("the type has more than ", kMaxCells,
                         " distinct sets of categories; split it up"));
      }
      too_many_cells_ = true;
      return 0;
    }
    if (!categories.empty()) {
      const absl::Status checked = draft_.rules.CheckCategories(categories);
      if (!checked.ok()) {
        draft_.errors.push_back(
            absl::StrCat("field `", path, "`: ", checked.message()));
      }
    }
    const auto cell = static_cast<CellIndex>(tables_.cells.size());
    tables_.cells.push_back(Cell{categories});
    tables_.all_cells.Add(cell);
    cells_.emplace(categories, cell);
    return cell;
  }

  std::uint8_t CompartmentOf(const Categories& categories) {
    std::string key;
    if (!categories.empty()) {
      key = absl::StrCat("1", split_ == v1::Record::BY_RETENTION
                                  ? draft_.rules.RetentionOf(categories)
                                  : draft_.rules.FateOf(categories));
    }
    const auto known = by_fate_.find(key);
    if (known != by_fate_.end()) return known->second;
    // More than a record can hold are refused above; until then, any number.
    const auto index = static_cast<std::uint8_t>(
        std::min<std::size_t>(tables_.compartments.size(), 255));
    if (index == 255) return 0;
    Compartment compartment;
    compartment.is_public = categories.empty();
    compartment.categories = categories;
    tables_.compartments.push_back(std::move(compartment));
    by_fate_.emplace(std::move(key), index);
    return index;
  }

  // What an obligation keeps longer would take with it what it must not keep.
  void CheckObligations() {
    for (std::size_t unit = 0; unit < units_.size(); ++unit) {
      if (units_[unit].empty()) continue;
      const std::string kept = draft_.rules.ObligationOf(units_[unit]);
      if (kept.empty()) continue;
      for (const Leaf& leaf : draft_.leaves) {
        if (leaf.unit != static_cast<int>(unit) || leaf.tag.is_public) continue;
        if (draft_.rules.ObligationOf(leaf.tag.categories) == kept) continue;
        draft_.errors.push_back(absl::StrCat(
            "field `", draft_.PathOf(leaf), "` lies in the repeated `",
            draft_.unit_paths[unit], "`, which obligation `", kept,
            "` keeps longer than this field may live; put them in separate "
            "messages"));
      }
    }
  }

  // Computes the ids, which enter keys, and sorts by them.
  void NameAndSort() {
    std::vector<std::pair<std::uint32_t, std::uint8_t>> order;
    for (std::size_t i = 0; i < tables_.compartments.size(); ++i) {
      Compartment& compartment = tables_.compartments[i];
      compartment.id = IdOf(compartment);
      order.emplace_back(compartment.id, static_cast<std::uint8_t>(i));
    }
    std::sort(order.begin(), order.end());
    for (std::size_t i = 1; i < order.size(); ++i) {
      if (order[i].first != order[i - 1].first) continue;
      draft_.errors.push_back(
          "two compartments of the type have one id, by chance; add a field to "
          "one of them");
    }
    std::vector<Compartment> sorted;
    std::vector<std::uint8_t> moved(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      moved[order[i].second] = static_cast<std::uint8_t>(i);
      sorted.push_back(std::move(tables_.compartments[order[i].second]));
    }
    tables_.compartments = std::move(sorted);
    for (const Leaf& leaf : draft_.leaves) {
      Field& field = tables_.fields[leaf.field];
      field.compartment = moved[field.compartment];
    }
  }

  std::uint32_t IdOf(const Compartment& compartment) const {
    std::vector<std::string> paths;
    for (const std::uint16_t field : compartment.fields) {
      std::string path;
      for (const std::uint32_t number : tables_.fields[field].numbers) {
        base::AppendInt(&path, number);
      }
      paths.push_back(std::move(path));
    }
    std::sort(paths.begin(), paths.end());
    std::string info = base::Info(std::string_view("privet/1/fields"),
                                  std::string_view(tables_.sealed_type));
    for (const std::string& path : paths) {
      base::AppendPart(&info, std::string_view(path));
    }
    return crypto::Id4(info);
  }

  // Writes what was decided where the pass reads it.
  void Publish(const Leaf& leaf) {
    const Field& field = tables_.fields[leaf.field];
    for (const auto& at : leaf.entries) {
      Entry& entry = draft_.EntryAt(at);
      entry.cell = field.cell;
      entry.compartment = field.compartment;
    }
  }

  Draft& draft_;
  Tables& tables_;
  std::vector<std::string> ignored_;
  const v1::Record::Split split_;
  std::vector<Categories> units_;
  std::map<Categories, CellIndex> cells_;
  std::map<std::string, std::uint8_t> by_fate_;
  bool too_many_cells_ = false;
};

// What lies beneath each message, found by going round until nothing changes:
// messages may lie in themselves.
class ReachFinder {
 public:
  explicit ReachFinder(Draft* draft)
      : draft_(*draft), tables_(*draft->tables), below_(tables_.nodes.size()) {}

  void Find() {
    while (GoRound()) {
    }
    for (std::size_t i = 0; i < tables_.nodes.size(); ++i) {
      Node& node = tables_.nodes[i];
      for (std::size_t j = 1; j < node.entries.size(); ++j) {
        Entry& entry = node.entries[j];
        if (entry.node == kNoIndex) continue;
        entry.reach = entry.cell != kNoCell ? ReachOfLeaf(entry)
                                            : ReachOfNode(entry.node);
        FinishMessage(&entry);
      }
    }
    CheckRequired();
  }

 private:
  using Below = std::map<std::uint8_t, CellSet>;  // by compartment

  bool GoRound() {
    bool changed = false;
    for (std::size_t i = tables_.nodes.size(); i-- > 0;) {
      for (const Entry& entry : tables_.nodes[i].entries) {
        changed |= Merge(entry, &below_[i]);
      }
    }
    return changed;
  }

  bool Merge(const Entry& entry, Below* into) {
    if (entry.cell != kNoCell) {
      CellSet& cells = (*into)[entry.compartment];
      if (cells.Has(entry.cell)) return false;
      cells.Add(entry.cell);
      return true;
    }
    if (entry.node == kNoIndex) return false;
    bool changed = false;
    const Below child = below_[entry.node];
    for (const auto& [compartment, cells] : child) {
      CellSet& mine = (*into)[compartment];
      if (mine.Covers(cells)) continue;
      mine |= cells;
      changed = true;
    }
    return changed;
  }

  std::uint16_t Add(const Below& below) {
    Reach reach;
    for (const auto& [compartment, cells] : below) {
      reach.cells |= cells;
      reach.mask |= std::uint64_t{1} << compartment;
      reach.parts.push_back({compartment, cells});
    }
    tables_.reaches.push_back(std::move(reach));
    return static_cast<std::uint16_t>(tables_.reaches.size() - 1);
  }

  std::uint16_t ReachOfNode(std::uint16_t node) {
    const auto known = of_node_.find(node);
    if (known != of_node_.end()) return known->second;
    return of_node_.emplace(node, Add(below_[node])).first->second;
  }

  std::uint16_t ReachOfLeaf(const Entry& entry) {
    const auto known = of_leaf_.find(entry.field);
    if (known != of_leaf_.end()) return known->second;
    Below below;
    below[entry.compartment].Add(entry.cell);
    return of_leaf_.emplace(entry.field, Add(below)).first->second;
  }

  void FinishMessage(Entry* entry) {
    const Node& inner = tables_.nodes[entry->node];
    const Reach& reach = tables_.reaches[entry->reach];
    Field& field = tables_.fields[entry->field];
    if (entry->cell == kNoCell && inner.is_map_entry) {
      entry->cell = inner.Find(1).cell;
      const Entry& value = inner.Find(2);
      entry->value_cell = value.cell;
      const bool value_is_leaf = value.node == kNoIndex || value.is_leaf;
      // Of a residue: an entry of which a part went away.
      if (entry->cell == kNoCell || (value_is_leaf && value.cell == kNoCell)) {
        entry->actions = 0;
      }
    }
    if (reach.mask == 0) {
      if (draft_.residue == nullptr) {
        draft_.errors.push_back(absl::StrCat(
            "field `", field.path,
            "` is a message without any field that has a tag; give it one, or "
            "take it out"));
      }
      entry->actions = 0;  // of a residue: nothing of it stays
      return;
    }
    if (!field.is_leaf) field.compartment = reach.parts[0].compartment;
  }

  // What is required must be in whatever a parser is to read.
  void CheckRequired() {
    for (const auto& at : draft_.required) {
      const Entry& entry = draft_.EntryAt(at);
      bool all_public = true;
      if (entry.reach != kNoIndex) {
        all_public = OnlyPublic(tables_.reaches[entry.reach].cells);
      } else if (entry.cell != kNoCell) {
        all_public = tables_.cells[entry.cell].categories.empty();
      }
      if (draft_.residue != nullptr) {
        draft_.errors.push_back(absl::StrCat(
            "field `", tables_.fields[entry.field].path,
            "` is `required`, and the type leaves a residue without it; make "
            "it `optional`"));
        continue;
      }
      if (all_public) continue;
      draft_.errors.push_back(absl::StrCat(
          "field `", tables_.fields[entry.field].path,
          "` is `required` and not public, so that what is left without it "
          "would not parse; make it `optional`"));
    }
  }

  bool OnlyPublic(const CellSet& cells) const {
    for (std::size_t i = 0; i < tables_.cells.size(); ++i) {
      if (cells.Has(static_cast<CellIndex>(i)) &&
          !tables_.cells[i].categories.empty()) {
        return false;
      }
    }
    return true;
  }

  Draft& draft_;
  Tables& tables_;
  std::vector<Below> below_;
  std::map<std::uint16_t, std::uint16_t> of_node_, of_leaf_;
};

}  // namespace

void AssignCompartments(Draft* draft) { Assigner(draft).Assign(); }

void ComputeReach(Draft* draft) { ReachFinder(draft).Find(); }

}  // namespace privet::record
