/* Whether the library works on this machine. */
#include "check.h"
#include "csi2.h"

int main(void)
{
    print("csi2 ");
    print(csi2_version());
    print("\n");
    check("wrong answers", csi2_self_test(), 0);
    return check_summary();
}
