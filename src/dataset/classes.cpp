#include "dataset/classes.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {

void check_classes(const Pixels& pixels, const std::string& option) {
  const PixelsInfo& info = pixels.info();
  const auto refuse = [&](const std::string& what, const std::string& hint) {
    throw UsageError(option + " needs classes, but " + what, hint);
  };
  const std::string leave_out = "or leave out " + option;
  if (info.classes.empty())
    refuse("the data has no class subfolders or labels",
           "put the pictures into a subfolder a class, in a folder or before a ZIP archive is made of it, take an IDX "
           "file with its labels beside it, " +
               leave_out);
  std::vector<int64_t> counts(info.classes.size());
  int64_t without = 0;
  for (int64_t i = 0; i < info.count; ++i)
    if (const int32_t label = pixels.label(i); label < 0)
      ++without;
    else
      ++counts[static_cast<size_t>(label)];
  const std::string them = without == 1 ? "it" : "them";
  if (without > 0)
    refuse(counted(without, "picture") + " of " + with_commas(info.count) + (without == 1 ? " has" : " have") +
               " none: " + (without == 1 ? "it lies" : "they lie") + " beside the class subfolders, or without a label",
           "move " + them + " into a class subfolder, label " + them + ", or take " + them +
               " out (what is not a folder becomes one by `dcgan data unpack FILE --out FOLDER`), " + leave_out);
  if (info.classes.size() < 2)
    refuse("all of the data is of one, '" + info.classes[0] + "'",
           "name a folder, or make an archive of one, whose subfolders are the classes, " + leave_out);
  for (size_t c = 0; c < counts.size(); ++c)
    if (counts[c] == 0)
      refuse("no picture of the class '" + info.classes[c] + "' is left to train on",
             "give it more pictures, make --holdout smaller, " + leave_out);
}

void check_class_balanced(const Pixels& pixels, const DataOptions& options) {
  if (options.class_balanced) check_classes(pixels, "--class-balanced");
}

}  // namespace dcgan
