/* Texts that go into every ZIP: how to verify it, and a program that does. For report/ only. */
#ifndef REPORT_ZIP_TEXT_H
#define REPORT_ZIP_TEXT_H

#include "report/report.h"

/* README.txt */
const char *zip_readme(enum report_lang lang);
/* verify.py: Python 3 without packages, and the openssl command for signatures. */
extern const char zip_verify_program[];

#endif
