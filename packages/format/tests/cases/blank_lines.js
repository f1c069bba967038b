

a



b


{


c

}
