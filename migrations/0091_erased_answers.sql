-- An answer kept for a repeated command may quote the address of somebody who is erased later.
grant update (response) on command to ancheng_app;
