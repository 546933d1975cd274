// Standard input, output and error of the process. A program is started with some of them closed now and then, and files
// that it opened would take their places; and what it prints may go to a disk that is full.
#pragma once

namespace dcgan {

/// Before any file is opened: a closed standard stream leads nowhere from now on. To print on a standard output that was
/// closed is a failed write.
void fill_standard_streams();

/// The lines of this command are a courtesy: without a standard output they are not missed.
void do_without_standard_output();

/// At the end of a command: throws Error when not all that was printed on standard output has arrived. A pipe or terminal
/// at whose other end nobody is any more is no error: whoever closed it had enough.
void check_standard_output();

}  // namespace dcgan
