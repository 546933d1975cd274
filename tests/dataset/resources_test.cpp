// A lack of open files or memory ends the work with an error; it never makes a set smaller.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "dataset/survey.hpp"
#include "opening.hpp"
#include "support/forked.hpp"
#include "support/sanitized.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::opening {
namespace {

class Resources : public OpenDataset {
 protected:
  /// A chain of folders, a picture in each.
  void make_deep(int levels) {
    std::string place = "deep";
    for (int i = 0; i < levels; ++i) put((place += "/d") + "/x.png", noise(16, 16, 3, static_cast<uint64_t>(i)));
  }
  /// Runs `body` with at most `files` open files.
  template <class Body>
  int with_files(rlim_t files, Body&& body) {
    return exit_code_of([&] {
      const rlimit limit{files, files};
      ::setrlimit(RLIMIT_NOFILE, &limit);
      return body();
    });
  }
};

TEST_F(Resources, ADeepTreeIsReadWholeWithFewOpenFiles) {
  make_deep(100);
  EXPECT_EQ(with_files(24, [&] { return open("deep").pixels->info().count == 100 ? 0 : 1; }), 0);
  EXPECT_EQ(with_files(24, [&] { return open("deep").was_cached ? 0 : 1; }), 0);
}

/// With every number of open files that is too small: an error that says so, or all pictures. Never fewer.
TEST_F(Resources, TooFewOpenFilesAreAnErrorAndNoBadPictures) {
  for (int i = 0; i < 6; ++i)
    put("pictures/more/" + std::to_string(i) + ".png", noise(16, 16, 3, 50 + static_cast<uint64_t>(i)));
  std::set<int> codes;
  for (rlim_t files = 3; files < 24; ++files)
    for (const bool cached : {false, true}) {
      options.cache = cached ? (folder / ("cache" + std::to_string(files))).native() : "off";
      const int code = with_files(files, [&] {
        try {
          return open().pixels->info().count == 12 ? 0 : 1;
        } catch (const Exhausted& error) {
          return contains(error.what(), "Too many open files") && contains(error.hint(), "ulimit -n") ? 2 : 3;
        } catch (const Error&) {
          return 4;
        }
      });
      codes.insert(code);
      EXPECT_TRUE(code == 0 || code == 2) << files << " open files: " << code;
    }
  EXPECT_EQ(codes, (std::set<int>{0, 2}));
}

TEST_F(Resources, TooFewOpenFilesAreNoKindOfData) {
  write_text(folder / "x.zip", "PK\5\6" + std::string(18, '\0'));
  write_text(folder / "x-idx3-ubyte", std::string("\0\0\x08\x03\0\0\0\1\0\0\0\1\0\0\0\1x", 17));
  for (const char* name : {"x.zip", "x-idx3-ubyte"})
    EXPECT_EQ(with_files(3,
                         [&] {
                           try {
                             open_source(folder / name);
                           } catch (const Exhausted&) {
                             return 0;
                           } catch (const Error&) {
                             return 1;
                           }
                           return 2;
                         }),
              0)
        << name;
}

TEST_F(Resources, AFolderThatMayNotBeReadIsNamed) {
  put("pictures/closed/x.png", noise(16, 16, 3, 9));
  ::chmod((folder / "pictures/closed").c_str(), 0);
  const int code = exit_code_of([&] {
    if (::getuid() == 0 && ::setuid(65534) != 0) return 98;
    options.cache = "off";
    const Dataset dataset = open();
    return dataset.remarks.size() == 1 && contains(dataset.remarks[0], "closed") ? 0 : 1;
  });
  ::chmod((folder / "pictures/closed").c_str(), 0700);
  EXPECT_TRUE(code == 0 || code == 99) << code;  // 99: the test's own folder is closed to that user, too
}

TEST_F(Resources, TooLittleMemoryIsNoDamage) {
  if (kIsSanitized) GTEST_SKIP() << "a sanitizer ends the program where memory runs out";
  const std::string bytes[] = {encode_png(noise(3000, 3000, 4)),
                               jpeg_of(noise(3000, 3000, 3)),
                               jpeg_of(noise(3000, 3000, 3), true),
                               encoded(".webp", mat_of(noise(2000, 2000, 3))),
                               encoded(".tif", mat_of(noise(3000, 3000, 3))),
                               encoded(".bmp", mat_of(noise(3000, 3000, 3)))};
  for (const auto& one : bytes)
    for (const int64_t spare : {4, 8, 16, 24, 30}) {
      const int code = exit_code_of([&] {
        decoded(bytes[0].substr(0, 0) + encode_png(noise(8, 8, 3)));  // libraries take theirs
        rlimit limit{};
        limit.rlim_cur = limit.rlim_max = static_cast<rlim_t>(
            std::stoll(read_text("/proc/self/statm")) * ::sysconf(_SC_PAGESIZE) + spare * 1'000'000);
        ::setrlimit(RLIMIT_AS, &limit);
        try {
          decoded(one);
          return 0;
        } catch (const std::bad_alloc&) {
          return 0;
        } catch (const Exhausted&) {
          return 0;
        } catch (const Error& error) {
          return contains(error.what(), "damaged") ? 1 : 2;
        }
      });
      EXPECT_EQ(code, 0) << "picture " << &one - bytes << " with " << spare << " MB";
    }
}

}  // namespace
}  // namespace dcgan::test::opening
